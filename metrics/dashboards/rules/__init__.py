"""The decisions and words of a dashboard: questions in an address, figures, trends, comparisons."""
