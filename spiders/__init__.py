"""The spiders: one for city portals, one for national portals, over one base."""
