"""Committed key cards, packages and card tokens: one for each success and each way to fail."""
