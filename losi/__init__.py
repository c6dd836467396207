"""The `losi` command: a thin module per command group over the rooms below."""
