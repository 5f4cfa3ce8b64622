"""How did somebody do in a period, who says so, on what evidence, and what is their answer?

HR opens a cycle; people and leaders write, evidence is gathered through teams/measures and freezes
when the leader submits; leaders calibrate, the person answers. The states and who may do what in
each stand in rules/transitions.py alone.
"""
