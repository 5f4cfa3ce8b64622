"""Where is it?

What is typed behind Ctrl-K is asked of every room (`teams/measures`); pages that someone starred
stay at hand. What leaves is a list of pages that the reader may open.
"""
