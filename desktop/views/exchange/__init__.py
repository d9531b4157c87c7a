"""Pages about exchange."""
