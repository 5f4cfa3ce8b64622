"""What is done to appraisals: each act in one transaction, with its record."""
