"""Postal addresses in running text: boxes, and codes of a form that nothing else has."""

from __future__ import annotations

import re

_BOX = re.compile(
    r"\b(?:G\.?)?P\.?\s?O\.?\s?Box:?\s?\d|\bPrivate (?:Mail )?Bag:? [A-Z]?-?\d|\bPostfach \d|\bPostbus \d"
    r"|\bApartado (?:Postal )?\d|\bBo[îi]te postale:? \d|(?:^|[,;–-] ?)B\.?P\.? \d{2}"
)
_OF_BOX = ("Box", "Bag", "Postfach", "Postbus", "Apartado", "postale", "BP", "B.P")
"""One of them stands in whatever names a box: looked for first, as most texts hold none."""

_CODES = (
    r"〒\s?\d{3}-\d{4}",  # Japan
    r"\bCEP:? ?\d{2}\.?\d{3}-\d{3}\b",  # Brazil
    r", (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY]) \d{5}(?:-\d{4})?\b",  # United States
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",  # United Kingdom
    r"\b[A-Z]\d[A-Z] \d[A-Z]\d\b",  # Canada
    r"\b(?i:PIN(?: ?code)?) ?[-:–]? ?\d{3} ?\d{3}\b",  # India
    r"(?:, ?[A-Z][a-z]+(?: [A-Z][a-z]+)?|[\u0900-\u0d7f]) ?[-–:] ?\d{3} ?\d{3}\b",
    r"\b(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT) \d{4}\b",  # Australia
)
_CODE = re.compile("|".join(_CODES))
_LONGEST = 250


def holds_address(text: str, of_page: bool) -> bool:
    """Whether a short text gives a postal address: a box, or, where the page's own address stands (`of_page`: its foot
    or side), a code. A code elsewhere may be that of an event or a company."""
    if len(text) > _LONGEST:
        return False
    is_box = any(map(text.__contains__, _OF_BOX)) and _BOX.search(text) is not None
    return is_box or (of_page and _CODE.search(text) is not None)
