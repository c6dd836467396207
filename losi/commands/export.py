"""`losi export`: the stored answers as CSV, JSON or workbooks, and the archive as WACZ."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from losi.chosen import with_run
from losi.commands.publish import atlas, dataset, dictionary, plan
from losi.options import State, example, only_one, with_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.result import RunResult


_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""Those of `review.i18n`, here without loading it."""


@click.group(
    epilog=example("losi export csv prefill.csv", "losi export xlsx --portal https://www.example.gov/ workbooks/")
)
def export() -> None:
    """Write stored answers as CSV, JSON or workbooks, and archives as WACZ.

    Without --portal or --run: each portal's newest full run. The files that were written are named on stdout, a path
    a line; with "-" the data is there alone.
    """


@export.command(epilog=example("losi export csv prefill.csv", "losi export csv --run 3 -"))
@click.argument("file", default="-", metavar="[FILE.csv]")
@with_run
@with_state
def csv(state: State, file: str, portal: str | None, run: int | None) -> int:
    """What the program found, one row for each question of each portal; "-" is stdout.

    Without what people decided: that is in the table `answers` of losi export dataset, which has other columns.
    """
    from losi.answers_csv import answer_lines, header_line
    from losi.output import name_written, writer

    results = _begun(_results(state, portal, run))
    with writer(file) as write:
        write(header_line())
        for result in results:
            write(answer_lines(result))
    name_written(file)
    return 0


@export.command(epilog=example("losi export json runs.json", "losi export json --portal 12 -"))
@click.argument("file", default="-", metavar="[FILE.json]")
@with_run
@with_state
def json(state: State, file: str, portal: str | None, run: int | None) -> int:
    """{"schema": 1, "runs": [...]}, each run in the form of `losi check --json`; "-" is stdout."""
    from json import dumps

    from losi.output import SCHEMA, name_written, run_document, writer
    from survey.questionnaire import load

    separator, results = "\n", _begun(_results(state, portal, run))
    with writer(file) as write:
        write(f'{{"schema": {SCHEMA}, "runs": [')
        for result in results:
            write(separator + dumps(run_document(result, load(result.edition)), ensure_ascii=False))
            separator = ",\n"
        write("\n]}\n")
    name_written(file)
    return 0


@export.command(
    epilog=example(
        "losi export xlsx workbooks/",
        "losi export xlsx --portal https://www.example.gov/ --as Ana ana.xlsx",
        "losi export xlsx --cycle 2026 cycle.xlsx",
        "losi export xlsx --portal https://www.example.gov/ --language fr portail.xlsx",
    )
)
@click.argument("place", type=click.Path(path_type=Path), metavar="FOLDER|FILE.xlsx")
@click.option("--cycle", metavar="NAME", help="All portals of this survey cycle, in one workbook.")
@click.option("--as", "name", metavar="NAME", help="The desk of this account, with its answers so far.")
@click.option("--pictures/--no-pictures", default=None, help="Screenshots in the cells.  [default: not for a cycle]")
@click.option(
    "--review-url", metavar="URL", help="Where losi review is reached: archived copies are linked there for 180 days."
)
@click.option(
    "--language",
    type=click.Choice(_LANGUAGES),
    help="Language of the workbook.  [default: that of the account in losi review, else en]",
)
@with_run
@with_state
def xlsx(
    state: State,
    place: Path,
    portal: str | None,
    run: int | None,
    cycle: str | None,
    name: str | None,
    pictures: bool | None,
    review_url: str | None,
    language: str | None,
) -> int:
    """Workbooks to decide in: one for each portal into a folder, or one portal or cycle into a file.

    A workbook for an account keeps back what the account must not see: the other assessor's answers, and suggestions
    of questions that are asked without. losi import takes it back.
    """
    from losi.errors import Misuse
    from losi.output import name_written
    from losi.workbook import Wanted, export_books

    only_one(**{"--portal": portal, "--run": run, "--cycle": cycle})
    only_one(**{"--as": name, "--run": run})
    if place.suffix.lower() == ".xlsx" and not (portal or run or cycle):
        raise Misuse("one file holds one portal or cycle", "add --portal, --run or --cycle, or give a folder")
    with state.open_existing() as database:
        wanted = Wanted(portal, run, cycle, name, pictures, review_url, language)
        for path in export_books(database, state.data, wanted, place):
            name_written(path)
    return 0


@export.command(
    epilog=example("losi export wacz --portal https://www.example.gov/", "losi export wacz --run 3 -o city.wacz")
)
@click.option(
    "-o",
    "--output",
    "place",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="FILE.wacz|FOLDER",
    help="Where to write it; a folder gets <host>-run-<number>.wacz.  [default: this folder]",
)
@with_run
@with_state
def wacz(state: State, place: Path, portal: str | None, run: int | None) -> int:
    """The archive of a run as WACZ, for ReplayWeb.page, pywb and losi check --replay."""
    from losi.chosen import chosen_numbers
    from losi.errors import Misuse
    from losi.output import name_written
    from losi.wacz import export_wacz, wacz_name
    from storage.repository import get_run

    single = place.suffix.lower() == ".wacz"
    if single and not (portal or run):
        raise Misuse("one file holds one portal", "add --portal or --run, or give a folder")
    with state.read_existing() as database:
        for number in chosen_numbers(database, portal, run):
            with database.reader() as session:
                found = get_run(session, number)
                target = place if single else place / wacz_name(found)
                export_wacz(session, found, state.data, target)
                name_written(target)
    return 0


def _begun(results: Iterator[RunResult]) -> Iterator[RunResult]:
    """The same results, the first already read: where there is none, nothing is written."""
    return chain((next(results),), results)


def _results(state: State, portal: str | None, run: int | None) -> Iterator[RunResult]:
    from losi.chosen import chosen_numbers
    from losi.stored import stored_result
    from storage.repository import get_run

    with state.read_existing() as database:
        for number in chosen_numbers(database, portal, run):
            with database.reader() as session:
                yield stored_result(session, get_run(session, number), state.data)


for command in (dataset, atlas, plan, dictionary):
    export.add_command(command)
