"""Pure calculation: what an address asks, how finely it can be cut, and what the answer says."""
