"""Pages about records that may be one person, and about how sound the data are."""
