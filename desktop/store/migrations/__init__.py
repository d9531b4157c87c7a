"""Frozen, numbered, forward-only schema steps."""
