"""Putting people on paper: how the clerk wants it, to the printer or to a file."""
