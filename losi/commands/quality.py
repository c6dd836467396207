"""`losi quality`: how right the detectors are, measured on labelled pages or by what assessors settled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from losi.options import JSON_HELP, State, example, only_one, with_state

if TYPE_CHECKING:
    from losi.manifest import Inspected, Row


@click.command(
    epilog=example(
        "losi quality --labels labels.jsonl --manifest pages.jsonl --errors errors.csv",
        "losi quality --confirmed --cycle 2026 --json confirmed.json",
    )
)
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON Lines of {"id", "language", "labels": [{"code", "kind", "quote", "href"}]}.',
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON Lines of {"id", "file", "url"}; `file` is relative to the manifest.',
)
@click.option("--confirmed", is_flag=True, help="Measure against what assessors settled, not against labels.")
@click.option("--cycle", metavar="NAME", help="With --confirmed: only the answers of this survey cycle.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@click.option("--errors", metavar="FILE.csv", help="List false positives and misses with the words that were seen.")
@click.option("-j", "processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to use.")
@with_state
def quality(
    state: State,
    labels: Path | None,
    manifest: Path | None,
    confirmed: bool,
    cycle: str | None,
    json_to: str | None,
    errors: str | None,
    processes: int,
) -> int:
    """Measure precision, recall, F1 and reliability, on labelled pages or by the answers that assessors settled.

    With --labels and --manifest the unit is page x feature, over the features that are labelled or predicted; a feature
    is predicted when one of its observations has a strength of 0.5 or more. Reliability compares the probabilities of
    conclusions with the labels. Features that only a browser or a person can see are left out. The labels use the codes
    of losi-2024, and H1, H2, H3 for accessibility statement, cookies and terms.

    With --confirmed the unit is the settled answer: what the program suggested against what people decided, by
    detector, feature, language, and by whether the suggestion was in view.
    """
    from losi.errors import Misuse
    from losi.output import must_take

    only_one(**{"--confirmed": confirmed, "--labels": labels})
    must_take(json_to, errors)
    if cycle is not None and not confirmed:
        raise Misuse("--cycle belongs to --confirmed", "labelled pages are of no cycle")
    if confirmed:
        return _confirmed(state, cycle, json_to, errors)
    if labels is None or manifest is None:
        raise Misuse("there is nothing to measure against", "give --labels and --manifest, or --confirmed")
    return _labelled(labels, manifest, json_to, errors, processes)


def _confirmed(state: State, cycle: str | None, json_to: str | None, errors: str | None) -> int:
    from losi.confirmed_tables import UNIT, VIEWS, confirmed_document, confirmed_errors, confirmed_tables, left_open
    from losi.errors import Failure
    from losi.output import write_json, write_text
    from losi.terminal import show, stdout
    from review.confirmed import confirmations
    from storage.repository import find_cycle

    with state.read_existing() as database, database.reader() as session:
        chosen = find_cycle(session, cycle) if cycle is not None else None
        if cycle is not None and chosen is None:
            raise Failure(f"there is no cycle {cycle!r}", "losi cycle status shows the cycles")
        found = confirmations(session, cycle_id=chosen.id if chosen else None)
    if not found.answers:
        raise Failure("no answer has been settled yet", "assessors decide in losi review, or in a workbook")
    if errors:
        write_text(confirmed_errors(found), errors)
    if json_to:
        write_json(confirmed_document(found, cycle), json_to)
    if "-" not in (json_to, errors):
        console = stdout()
        for made in confirmed_tables(found):
            show(console, made)
        for line in (left_open(found), UNIT, VIEWS):
            console.print(line, style="dim")
    return 0


def _labelled(labels: Path, manifest: Path, json_to: str | None, errors: str | None, processes: int) -> int:
    from detectors.observation import PROOF
    from losi.labels import judged_pages, read_labels, unmeasurable
    from losi.output import write_json, write_text
    from losi.quality import measure
    from losi.quality_tables import INTERVALS, RELIABILITY, errors_csv, quality_document, quality_tables

    labelled = read_labels(labels)
    inspected = _inspected(manifest, processes, frozenset(labelled))
    judged = judged_pages(inspected, labelled)
    measured = measure(judged, threshold=PROOF, ignored=unmeasurable())
    if errors:
        write_text(errors_csv(measured), errors)
    if json_to:
        write_json(quality_document(measured, PROOF), json_to)
    if "-" not in (json_to, errors):
        from losi.terminal import show, stdout

        console = stdout()
        for made in quality_tables(measured):
            show(console, made)
        console.print(INTERVALS, style="dim")
        console.print(RELIABILITY, style="dim")
    return _verdict(len(labelled), len(judged), sum(1 for each in inspected if each.error))


def _inspected(manifest: Path, processes: int, wanted: frozenset[str]) -> list[Inspected]:
    from losi.detector_problems import detectors_told
    from losi.manifest import inspect_rows, read_manifest
    from losi.progress import counted

    rows: list[Row] = [row for row in read_manifest(manifest) if row.error or row.id in wanted]
    with detectors_told():
        found = list(counted(inspect_rows(rows, processes), total=len(rows), label="pages"))
    for each in found:
        if each.error:
            click.echo(f"losi: {manifest}:{each.line}: {each.error}", err=True)
    return found


def _verdict(labelled: int, judged: int, failed: int) -> int:
    from survey.counts import count_of

    if judged < labelled:
        click.echo(f"losi: not measured: {labelled - judged:,} of {count_of(labelled, 'labelled page')}", err=True)
    return 1 if failed or judged < labelled else 0
