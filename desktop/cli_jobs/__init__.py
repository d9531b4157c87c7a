"""The commands of the unattended front end that go beyond the first ones, a module per area."""
