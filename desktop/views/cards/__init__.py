"""Pages about contact cards."""
