"""How measures become a value with its interval: pure rules, without a database."""
