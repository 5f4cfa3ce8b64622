"""A dashboard as a PDF to hand over: what the page says, on paper.

Takes what the page's template takes (metrics/dashboards/tables), so that both say the same. The
sheets are imported where a PDF is asked for, not before: fpdf2 takes a second to load.
"""
