"""Package and key-card formats, causality, and the merge that plans before it applies."""
