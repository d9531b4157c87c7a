"""Paper: a snapshot in, PDF bytes out."""
