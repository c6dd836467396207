"""The data set of a survey: every table in one format, with its dictionary, in one folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from review.publish import rows, schema
from review.publish.claims import with_claims
from review.publish.folders import written_whole
from review.publish.formats import FORMATS, Format, Write, arrow_modules, table_writer
from review.publish.scope import Scope
from review.publish.scores import score_of, scores
from review.publish.summary import Summary, summarise

DICTIONARY = "dictionary.md"
DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a data set, and how many portals it holds."""

    files: tuple[Path, ...]
    portals: int


def write_dataset(session: Session, scope: Scope, folder: Path, wanted: Format, now: datetime) -> Written:
    """Writes the tables, `dictionary.md` and `datapackage.json` into a folder, portal by portal, all of them or none.

    Tables of an earlier data set in another format are taken away: nothing would describe them any more. Raises OSError
    where the folder cannot be written to, `Refused` where the format lacks its package.
    """
    if wanted == "parquet":
        arrow_modules()
    former = list(_described_before(folder))
    with written_whole(folder, lambda _: former) as draft:
        files, portals = _write(session, scope, draft, wanted, now)
    return Written(tuple(folder / path.name for path in files), portals)


def _described_before(folder: Path) -> Iterator[Path]:
    """The tables that the descriptor in a folder calls its own; others' files, whatever their names, are none."""
    try:
        described = json.loads((folder / DESCRIPTOR).read_bytes())
        listed = {each["path"] for each in described["resources"]} if described["name"] == schema.NAME else set()
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return
    for path in (_path(folder, table, each) for table in schema.TABLES for each in FORMATS):
        if path.name in listed and path.is_file():
            yield path


def _write(session: Session, scope: Scope, folder: Path, wanted: Format, now: datetime) -> tuple[list[Path], int]:
    figures = summarise(scores(session, scope))
    with _writers(folder, wanted) as write:
        portals = _portals(session, scope, figures, write)
        for measure, summary in figures.items():
            for row in rows.group_rows(measure, summary):
                write["groups"](row)
        for region in figures.get("losi", Summary()).coverage():
            write["coverage"](rows.coverage_row(region))
    paths = tuple(_path(folder, table, wanted) for table in schema.TABLES)
    return [*paths, *_described(folder, paths, scope, now)], portals


@contextmanager
def _writers(folder: Path, wanted: Format) -> Iterator[dict[str, Write]]:
    with ExitStack() as stack:
        yield {
            table.name: stack.enter_context(table_writer(_path(folder, table, wanted), table, wanted))
            for table in schema.TABLES
        }


def _portals(session: Session, scope: Scope, figures: dict[str, Summary], write: dict[str, Write]) -> int:
    number = 0
    for portal, claims in with_claims(session, scope):
        score = score_of(portal)
        write["portals"](rows.portal_row(score, figures[score.measure]))
        for row in rows.answer_rows(portal):
            write["answers"](row)
        for row in rows.criterion_rows(score):
            write["criteria"](row)
        for claim in claims:
            write["claims"](rows.claim_row(claim))
        number += 1
    return number


def _path(folder: Path, table: schema.Table, wanted: Format) -> Path:
    return folder / f"{table.name}.{wanted}"


def _described(folder: Path, paths: tuple[Path, ...], scope: Scope, now: datetime) -> tuple[Path, Path]:
    title = f"Survey cycle {scope.name}" if scope.name else "Newest visits"
    files = [(table, path.name) for table, path in zip(schema.TABLES, paths, strict=True)]
    described = schema.package(title, now.isoformat(timespec="seconds"), files)
    words, descriptor = folder / DICTIONARY, folder / DESCRIPTOR
    words.write_text(schema.dictionary(), encoding="utf-8")
    descriptor.write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return words, descriptor
