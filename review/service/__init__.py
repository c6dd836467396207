"""What the app does, as functions over a session: the same for pages, the JSON API and the command."""

from __future__ import annotations
