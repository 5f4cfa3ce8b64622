"""What does any figure look like from any side?

An address says which KPI, cut how, over which periods; what leaves is a table, a chart and, as far
as the reader's rights go, the rows behind a number with the import they came from. An address that
is worth keeping is saved and can be shared.
"""
