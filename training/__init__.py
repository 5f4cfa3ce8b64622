"""What they know: rooms come with the work that asks for them."""
