"""Who spoke with whom, what is to be done, and what stays between whom?

A leader and a person meet: an agenda that carries over, actions with dates, notes of three kinds
with three kinds of reader. What was held leaves as lines for appraisals; words leave for their
readers alone.
"""
