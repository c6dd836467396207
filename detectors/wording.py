"""Small turns of phrase that several detectors use."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """The number with its English noun: 1 page, 2 pages."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
