"""Documents to hand over: A4 pages with text in many scripts, tables, and charts as vectors.

Nothing of this is imported on the way to a page: fpdf2 takes a second to load.
"""
