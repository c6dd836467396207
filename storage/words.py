"""The closed sets of words that columns hold, as types; the database checks the same sets."""

from __future__ import annotations

from typing import Literal

PortalKind = Literal["city", "national"]
RunKind = Literal["live", "replay", "rerun", "proof"]
CycleState = Literal["pending", "running", "waiting", "confirming", "done", "failed"]
Outcome = Literal["ok", "partial", "blocked", "unreachable", "no_portal"]
CaptureKind = Literal["response", "redirect", "robots", "sitemap", "document", "probe", "embedded"]
ObservationKind = Literal["link", "content", "portal"]
Polarity = Literal["for", "against"]
FindingState = Literal["present", "absent", "unknown", "manual", "not_applicable"]
Verdict = Literal["yes", "no", "unsure", "skip"]
Act = Literal["decision", "undo", "adjudication"]
CardStatus = Literal["open", "agreed", "disputed", "adjudicated"]
Change = Literal["new", "same", "state", "proof"]
NoteKind = Literal["proof_changed", "contested"]
Role = Literal["admin", "supervisor", "assessor", "owner"]
FetchState = Literal["queued", "running", "done", "failed"]
ContestState = Literal["received", "checked", "failed", "accepted", "rejected"]
