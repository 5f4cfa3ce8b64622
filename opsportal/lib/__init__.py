"""What knows nothing of people or KPIs: what is a period, a safe formula, an interval?

Numbers, dates and text go in, numbers, dates and text come out. No models, so that every figure
can be checked against a published one. SciPy is imported inside the functions that need it,
because loading it costs every process half a second.
"""
