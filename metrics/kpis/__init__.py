"""What do the facts mean?

Facts of changed days come in and become day totals of measures per unit, queue and day, for every
unit up the tree of that day. Definitions with versions say how totals become values; the one
selector (selectors.py) gives them to page, API and report alike.
"""
