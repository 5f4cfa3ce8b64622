"""Is it good enough?

Dated targets per unit, inherited downward until overridden, and values from kpis come in; each
value leaves with its target and its attainment: met, missed, too close to call, too few, no data.
"""
