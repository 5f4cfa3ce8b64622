"""Who may see and do what?

A signed-in user becomes a Viewer: the units they lead today and what they were granted. Scoped
querysets and permissions leave; everything that reads or writes asks here, nowhere else.
"""
