"""Filling other people's forms."""
