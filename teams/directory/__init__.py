"""Who is who, and who sits where, on any date?

The tree and the people of a day come in from structure; the org chart, the list of people and a
person's page leave, names for all, details as far as the viewer's rights go.
"""
