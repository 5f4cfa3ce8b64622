"""Who: structure, accounts, access and the trail of acts, with the marks of days to recompute."""
