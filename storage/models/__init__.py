"""The tables, as typed SQLAlchemy models."""

from __future__ import annotations

from storage.models.base import Base
from storage.models.claim import Claim
from storage.models.decision import Answer, ChainHead, Review
from storage.models.people import Account, ApiToken, Attempt, LoginSession, Membership
from storage.models.proof import Capture, Finding, Observation
from storage.models.reply import Contest, ProofFetch, ReplyLink
from storage.models.schedule import Schedule, Suspect
from storage.models.sheet import Assignment, Card, Note, Sheet, Task
from storage.models.survey import Cycle, CyclePortal, Portal, Run

__all__ = [
    "Account",
    "Answer",
    "ApiToken",
    "Assignment",
    "Attempt",
    "Base",
    "Capture",
    "Card",
    "ChainHead",
    "Claim",
    "Contest",
    "Cycle",
    "CyclePortal",
    "Finding",
    "LoginSession",
    "Membership",
    "Note",
    "Observation",
    "Portal",
    "ProofFetch",
    "ReplyLink",
    "Review",
    "Run",
    "Schedule",
    "Sheet",
    "Suspect",
    "Task",
]
