"""The demonstration organisation: what would the portal look like in use?

A seed comes in; files such as an organisation would send come out, and go in again through the
same import path as anyone's. Nothing here writes a fact or a person by itself.
"""
