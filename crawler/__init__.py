"""How pages are fetched: settings, scope, frontier, politeness, block pages, archiving, replay."""
