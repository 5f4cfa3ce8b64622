"""What is typed about appraisals."""
