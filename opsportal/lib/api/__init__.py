"""What every API call shares: problem details, cursor pages, refusal of unknown parameters."""
