"""Who belongs where, and who leads, on any date?

Units with dated places in one tree, people with dated assignments, dated leaderships, and the
queues and customers that work comes from. Rosters and single changes enter; the tree of a day,
the people of a unit and their leaders leave. Every change marks the days it touches.
"""
