"""`losi diff`: what changed between two cycles, and why."""

from __future__ import annotations

import click

from losi.options import JSON_HELP, State, example, with_state
from losi.portal_filter import chosen_portals, must_fit, with_filter


@click.command(
    epilog=example(
        "losi diff --cycle 2024 2026",
        "losi diff --cycle 2024 2026 --portals country=FRA --details",
        "losi diff --cycle 2024 2026 --csv changes.csv",
    )
)
@click.option("--cycle", "cycles", nargs=2, required=True, metavar="A B", help="The earlier and the later cycle.")
@with_filter
@click.option("--all-features", is_flag=True, help="Also features that the questionnaires do not ask for.")
@click.option("--details", is_flag=True, help="Every changed finding of every portal, with its cause.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@click.option(
    "--csv", "csv_to", metavar="FILE", help='Write a row for each changed finding as CSV; "-" is stdout, alone.'
)
@with_state
def diff(
    state: State,
    cycles: tuple[str, str],
    text: str,
    all_features: bool,
    details: bool,
    json_to: str | None,
    csv_to: str | None,
) -> int:
    """Show which findings differ between two cycles, and what made them differ.

    A row for each kind of change of a feature says on how many portals it happened and for which causes; --details,
    --json and --csv have each finding. Only features that the editions of the two visits ask for are compared.

    The cause is the site (its pages changed), the crawl (other pages were read), a detector or a lexicon: the detectors
    of today read the earlier cycle's archive again, so that what they changed is told from what the site changed.
    """
    from crawler.cycle.diff import diff_cycles
    from losi.diff_tables import diff_csv, diff_document, print_diff
    from losi.output import must_take, write_json, write_text

    must_take(json_to, csv_to)
    with state.read_existing() as database:
        with database.reader() as session:
            must_fit(session, text, *cycles)
        found = diff_cycles(database, *cycles, chosen_portals(text), data_dir=state.data, all_features=all_features)
    if json_to:
        write_json(diff_document(found), json_to)
    if csv_to:
        write_text(diff_csv(found), csv_to)
    if "-" not in (json_to, csv_to):
        print_diff(found, details=details)
    return 0
