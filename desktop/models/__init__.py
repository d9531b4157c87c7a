"""The tables of the vault, and nothing else."""
