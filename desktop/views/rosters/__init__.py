"""Pages about rosters."""
