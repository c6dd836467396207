"""The commands, a module per group; each is thin and imports what it needs when it runs."""
