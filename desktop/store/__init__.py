"""The vault: keyed engine, unit of work, change log, queries, search index, backup."""
