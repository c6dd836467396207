"""Where people decide: the web app for assessors, its services, agreement figures and right of reply."""

from __future__ import annotations
