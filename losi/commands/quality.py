"""`losi quality`: how right the detectors are, measured on labelled pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from losi.options import JSON_HELP, example

if TYPE_CHECKING:
    from losi.manifest import Inspected, Row


@click.command(epilog=example("losi quality --labels labels.jsonl --manifest pages.jsonl --errors errors.csv"))
@click.option(
    "--labels",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON Lines of {"id", "language", "labels": [{"code", "kind", "quote", "href"}]}.',
)
@click.option(
    "--manifest",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON Lines of {"id", "file", "url"}; `file` is relative to the manifest.',
)
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@click.option("--errors", metavar="FILE.csv", help="List false positives and misses with the words that were seen.")
@click.option("-j", "processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to use.")
def quality(labels: Path, manifest: Path, json_to: str | None, errors: str | None, processes: int) -> int:
    """Measure precision, recall, F1 and reliability of the page detectors on labelled pages.

    The unit is page x feature, over the features that are labelled or predicted; a feature is predicted when one of its
    observations has a strength of 0.5 or more. Reliability compares the probabilities of conclusions with the labels.
    Features that only a browser or a person can see are left out. The
    labels use the codes of losi-2024, and H1, H2, H3 for accessibility statement, cookies and terms.
    """
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
    if json_to != "-":
        from losi.terminal import show, stdout

        console = stdout()
        for made in quality_tables(measured):
            show(console, made)
        console.print(INTERVALS, style="dim")
        console.print(RELIABILITY, style="dim")
    return _verdict(len(labelled), len(judged), sum(1 for each in inspected if each.error))


def _inspected(manifest: Path, processes: int, wanted: frozenset[str]) -> list[Inspected]:
    from losi.manifest import inspect_rows, read_manifest
    from losi.progress import counted

    rows: list[Row] = [row for row in read_manifest(manifest) if row.error or row.id in wanted]
    found = list(counted(inspect_rows(rows, processes), total=len(rows), label="pages"))
    for each in found:
        if each.error:
            click.echo(f"losi: {manifest}:{each.line}: {each.error}", err=True)
    return found


def _verdict(labelled: int, judged: int, failed: int) -> int:
    if judged < labelled:
        click.echo(f"losi: {labelled - judged} of {labelled} labelled pages were not measured", err=True)
    return 1 if failed or judged < labelled else 0
