"""What an appraisal may become, what it adds up to, and how ratings stand to their evidence."""
