"""SPDX licence expressions: whether a set of allowed licences fulfils one, and by which of them."""

from __future__ import annotations

import re
from collections.abc import Set

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_TOKEN = re.compile(r"[()]|[^\s()]+")


def canonical(text: str) -> str | None:
    """The expression in SPDX's own spelling; None when it is not one."""
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None


def taken(expression: str, allowed: Set[str]) -> str | None:
    """The licences that an allowed reading takes, joined by AND; None when no reading is allowed.

    Of alternatives (OR) the first allowed one is taken. AND binds tighter than OR. A licence WITH an exception is one
    licence and has to be allowed as such.
    """
    tokens = _TOKEN.findall(re.sub(r"\s+WITH\s+", "\0WITH\0", expression))
    found, rest = _either([token.replace("\0", " ") for token in tokens], allowed)
    assert not rest, f"not an SPDX expression: {expression}"
    return None if found is None else " AND ".join(dict.fromkeys(found))


Licences = list[str] | None


def _either(tokens: list[str], allowed: Set[str]) -> tuple[Licences, list[str]]:
    found, rest = _both(tokens, allowed)
    while rest[:1] == ["OR"]:
        other, rest = _both(rest[1:], allowed)
        found = other if found is None else found
    return found, rest


def _both(tokens: list[str], allowed: Set[str]) -> tuple[Licences, list[str]]:
    found, rest = _one(tokens, allowed)
    while rest[:1] == ["AND"]:
        other, rest = _one(rest[1:], allowed)
        found = None if found is None or other is None else found + other
    return found, rest


def _one(tokens: list[str], allowed: Set[str]) -> tuple[Licences, list[str]]:
    if tokens[0] == "(":
        found, rest = _either(tokens[1:], allowed)
        return found, rest[1:]
    return ([tokens[0]] if tokens[0] in allowed else None), tokens[1:]
