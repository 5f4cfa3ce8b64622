"""Who is ready for what, and how do we grow the people we will need?

People are assessed against their level, plan dated steps, are judged ready for the next level or
not yet, and stand behind leadership posts as successors. Lines leave to the pages of units and
people.
"""
