"""How sure is a figure, is a change a signal, and does one unit really differ from another?

Counts and totals of facts go in; intervals, control limits, signals, bands, rank ranges and
shrunken estimates come out. Each formula names its source, and the tests reproduce its figures.
"""
