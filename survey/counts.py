"""Numbers with their nouns, as English has them in messages."""

from __future__ import annotations


def count_of(number: int, one: str, many: str = "") -> str:
    """`1 portal`, `2 portals`; `many` where an s at the end does not make it, or other words change with the noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
