"""Reads claims from a CSV file, lenient about headers, delimiters and words; bad rows keep their line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_TEXT = 4000
"""Characters of an address or a comment that are kept."""
MAX_NAME = 200
HEADERS = {
    "portal": ("portal", "portal url", "website", "site"),
    "code": ("code", "indicator", "question", "id"),
    "says": ("answer", "says", "claim", "response", "value"),
    "url": ("evidence", "evidence url", "proof", "link", "url", "source url"),
    "comment": ("comment", "comments", "note", "remarks"),
    "given": ("date", "given", "answered"),
}
YES = frozenset({"yes", "y", "true", "1", "x", "✓", "✔"})
NO = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as a file states it, and its line."""

    line: int
    portal: str
    code: str
    says: str
    url: str = ""
    comment: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be used, and why."""

    line: int
    message: str


def read_claims(lines: Iterable[str]) -> Iterator[ClaimLine | Fault]:
    """The claims of a CSV text with a line of headers; rows whose answer is left open make no claim."""
    source = iter(lines)
    head = next(source, "").removeprefix("\ufeff")
    delimiter = max(",;\t", key=head.count)
    columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
    missing = [name for name in ("portal", "code", "says") if name not in columns]
    if missing:
        named = ", ".join(f"{name!r} ({' or '.join(HEADERS[name])})" for name in missing)
        yield Fault(1, f"the header lacks the column {named}")
        return
    rest = list(source)
    reader, behind = csv.reader(rest, delimiter=delimiter), 0
    try:
        for row in reader:
            if reader.line_num == len(rest) > behind + 1 and "".join(rest[behind:]).count('"') % 2:
                yield Fault(behind + 2, "a quotation mark is not closed; what stands behind it cannot be read")
                return
            behind = reader.line_num
            if any(cell.strip() for cell in row) and (found := _line(reader.line_num + 1, row, columns)):
                yield found
    except csv.Error as error:
        yield Fault(reader.line_num + 1, f"no CSV from here on: {error}")


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where each field stands; the first column with one of its names."""
    names = [" ".join(cell.casefold().replace("_", " ").replace("-", " ").split()) for cell in head]
    return {
        field: min(names.index(alias) for alias in aliases if alias in names)
        for field, aliases in HEADERS.items()
        if any(alias in names for alias in aliases)
    }


def _line(number: int, row: Sequence[str], columns: dict[str, int]) -> ClaimLine | Fault | None:
    cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
    answer = cells["says"].casefold()
    if not answer:
        return None
    if answer not in YES | NO:
        return Fault(number, f"the answer is {cells['says'][:40]!r}; write yes or no, or leave it empty")
    if not cells["portal"] or not cells["code"]:
        return Fault(number, "the portal or the code is missing")
    kept = {name: cells.get(name, "")[:MAX_TEXT] for name in ("url", "comment", "given")}
    return ClaimLine(number, cells["portal"], cells["code"][:MAX_NAME], "yes" if answer in YES else "no", **kept)
