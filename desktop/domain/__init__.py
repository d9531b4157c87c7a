"""What the register talks about: its fields, codes, rules, clock, ids and errors."""
