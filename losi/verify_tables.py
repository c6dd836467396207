"""What became of the addresses of portals, as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from crawler.cycle.verify import Verified, verify_all
from crawler.settings import CrawlOptions
from losi.cells import cell
from losi.output import keep_lists, writer

if TYPE_CHECKING:
    from losi.portal_list import Entry

COLUMNS = (
    "kind",
    "country",
    "name",
    "url",
    "answer",
    "status",
    "final",
    "official",
    "proposal",
    "why",
    "title",
    "signs",
)


def verify_portals(entries: list[Entry], file: str, at_once: int, limits: dict[str, Any]) -> int:
    """Asks all addresses and writes a row for each as it answers; 1 if one has no page.

    Misuse where the file is there and holds anything but such a result: it may be somebody's own list.
    """
    mend = f"give another name for the result; to verify that list, import it first: losi portals import {file}"
    keep_lists(file, COLUMNS, "losi portals verify", mend)
    by_url: dict[str, list[Entry]] = {}
    for entry in entries:
        by_url.setdefault(entry.portal.url, []).append(entry)
    counts: Counter[str] = Counter()

    async def main() -> None:
        with writer(file, grows=True) as write:
            write(_line(COLUMNS))
            async for found in verify_all(by_url, CrawlOptions(**limits), at_once=at_once):
                for entry in by_url[found.url]:
                    write(_line(_cells(entry, found)))
                counts[found.answer] += 1
                counts["proposals"] += bool(found.proposal)

    asyncio.run(main())
    said = f"{counts['page']} answer with a page, {counts['refused']} with something else, {counts['none']} not at all"
    click.echo(f"losi: {said}; {counts['proposals']} better addresses proposed", err=True)
    return 0 if counts["page"] == len(by_url) else 1


def _cells(entry: Entry, found: Verified) -> list[str]:
    portal = entry.portal
    values = (portal.kind, portal.country or "", portal.name, found.url, found.answer, str(found.status or ""))
    told = (found.final, found.official, found.proposal, found.why, found.title, found.signs)
    return [cell(value) for value in (*values, *told)]


def _line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()
