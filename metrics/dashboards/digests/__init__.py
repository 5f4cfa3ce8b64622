"""What signalled in a unit's headline figures, by e-mail each Monday, for those who want it.

A reader asks for it on the dashboard and may stop it there. It is computed with the reader's rights
of the day on which it goes; who may not read the unit any more gets none, and the digest ends.
"""
