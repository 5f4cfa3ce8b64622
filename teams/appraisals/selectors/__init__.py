"""Who sees which appraisals, and how far."""
