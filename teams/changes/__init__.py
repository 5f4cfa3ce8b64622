"""Which days must be recomputed, and why?

Whoever changes a fact, an assignment or a unit's place marks the days it touched, in the same
transaction. metrics/kpis claims them, day by day. This room is the floor both stand on, so that
teams need not know of metrics.
"""
