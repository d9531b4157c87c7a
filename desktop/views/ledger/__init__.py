"""The ledger of changes and the list of recent operations."""
