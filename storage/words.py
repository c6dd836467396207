"""The closed sets of words that columns hold, as types; the database checks the same sets."""

from __future__ import annotations

from typing import Literal

PortalKind = Literal["city", "national"]
RunKind = Literal["live", "replay", "rerun"]
Outcome = Literal["ok", "partial", "blocked", "unreachable", "no_portal"]
CaptureKind = Literal["response", "redirect", "robots", "sitemap", "document", "probe"]
ObservationKind = Literal["link", "content", "portal"]
Polarity = Literal["for", "against"]
FindingState = Literal["present", "absent", "unknown", "manual", "not_applicable"]
