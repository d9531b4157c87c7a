"""Pages about verifying people's data with them."""
