"""Who may sign in, and how?

E-mail and password or an API token come in; a user comes out. What the user may see is decided
in teams/access, who they are among the people in teams/structure.
"""
