"""`losi detect`: the detectors once more over stored archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from losi.chosen import with_run
from losi.options import JSON_HELP, State, example, only_one, with_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.rerun import RerunResult

_TOLD = 20
"""So many runs whose archives are not whole are named."""


@click.command(
    epilog=example(
        "losi detect --run 3",
        "losi detect --portal https://www.example.gov/ --detector budget-publication",
        "losi detect --cycle 2026 --store",
    )
)
@with_run
@click.option("--detector", "detectors", multiple=True, metavar="NAME", help="Only this detector; may be repeated.")
@click.option("--cycle", metavar="NAME", help="All visits of this survey cycle that count, in many processes.")
@click.option("--processes", type=click.IntRange(0, 64), default=0, help="For --cycle.  [default: the processors]")
@click.option("--store", is_flag=True, help="Put the new findings in the place of the old; what people decided stays.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def detect(
    state: State,
    portal: str | None,
    run: int | None,
    detectors: tuple[str, ...],
    cycle: str | None,
    processes: int,
    store: bool,
    json_to: str | None,
) -> int:
    """Run the detectors again on archived pages; show what changed and why.

    The pages are those of the run's archive and nothing touches the network, so that a difference comes from the
    detectors and their words alone. Without --portal, --run or --cycle: the newest run that read each portal. A pass
    over a cycle that is broken off goes on where it was.
    """
    from crawler.rerun import unread
    from losi.choices import known_detectors
    from losi.errors import Misuse
    from losi.output import must_take, write_json
    from losi.rerun_tables import print_rerun, rerun_document

    if store and detectors:
        raise Misuse("--store excludes --detector", "findings of some detectors must not stand beside older ones")
    must_take(json_to)
    if detectors:
        known_detectors(detectors)
    if cycle is not None:
        only_one(**{"--cycle": cycle, "--portal": portal, "--run": run})
        return _cycle(state, cycle, detectors, store, processes, json_to)
    documents, missing = [], 0
    for line in _unasked(detectors):
        click.echo(f"losi: note: {line}", err=True)
    for result in _results(state, portal, run, detectors, store):
        missing += result.missing
        if result.missing:
            click.echo(f"losi: run {result.run_id}: {unread(result.missing, store)}", err=True)
        documents.append(rerun_document(result))
        if json_to != "-":
            print_rerun(result)
    if json_to:
        write_json({"schema": 1, "runs": documents}, json_to)
    return 1 if missing else 0


def _results(
    state: State, portal: str | None, run: int | None, detectors: tuple[str, ...], store: bool
) -> Iterator[RerunResult]:
    from crawler.rerun import rerun
    from detectors.inspector import Inspector
    from losi.chosen import chosen_numbers

    with state.open_existing() if store else state.read_existing() as database:
        for number in chosen_numbers(database, portal, run):
            yield rerun(database, number, Inspector.default(), detectors or None, data_dir=state.data, store=store)


def _unasked(names: tuple[str, ...]) -> Iterator[str]:
    """Which of the named detectors see what no questionnaire asks for: nothing is concluded on that."""
    from detectors.registry import load
    from survey.features import features

    for detector in load().all if names else ():
        unknown = [feature for feature in detector.features if feature not in features()]
        if detector.name in names and unknown:
            yield (
                f"{detector.name} sees {', '.join(unknown)}, which no questionnaire asks for, so that nothing is "
                "concluded on it; losi inspect shows what it sees on a page"
            )


def _cycle(
    state: State, cycle: str, detectors: tuple[str, ...], store: bool, processes: int, json_to: str | None
) -> int:
    from crawler.cycle.plan import Choice
    from crawler.cycle.redetect import Pass, redetect
    from losi.output import write_json
    from losi.progress import counted
    from losi.rerun_tables import CycleSummary
    from survey.counts import count_of

    summary = CycleSummary(cycle)
    with state.open_existing() as database:
        job = Pass(cycle, Choice(), detectors, store, processes)
        for result in counted(redetect(database, state.data, job), total=None, label="portals"):
            summary.add(result)
    if json_to:
        write_json(summary.document(), json_to)
    if json_to != "-":
        summary.show()
    for line in summary.problems[:_TOLD]:
        click.echo(f"losi: {line}", err=True)
    if len(summary.problems) > _TOLD:
        rest = count_of(len(summary.problems) - _TOLD, "more run has", "more runs have")
        click.echo(f"losi: {rest} such problems; --json FILE has all", err=True)
    return 1 if summary.missing or summary.problems else 0
