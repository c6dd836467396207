"""The tables, as typed SQLAlchemy models."""

from __future__ import annotations

from storage.models.base import Base
from storage.models.decision import Answer, Review
from storage.models.proof import Capture, Finding, Observation
from storage.models.survey import Cycle, Portal, Run

__all__ = ["Answer", "Base", "Capture", "Cycle", "Finding", "Observation", "Portal", "Review", "Run"]
