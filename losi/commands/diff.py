"""`losi diff`: what changed between two cycles, and why."""

from __future__ import annotations

import click

from losi.options import JSON_HELP, State, example, with_state


@click.command(epilog=example("losi diff --cycle 2024 2026", "losi diff --cycle 2024 2026 --json changes.json"))
@click.option("--cycle", "cycles", nargs=2, required=True, metavar="A B", help="The earlier and the later cycle.")
@click.option("--portals", "text", default="", metavar="FILTER", help="Only these portals, as for losi cycle.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def diff(state: State, cycles: tuple[str, str], text: str, json_to: str | None) -> int:
    """Show which findings differ between two cycles, and what made them differ.

    The cause is the site (its pages changed), the crawl (other pages were read), a detector or a lexicon: the detectors
    of today read the earlier cycle's archive again, so that what they changed is told from what the site changed.
    """
    from crawler.cycle.diff import diff_cycles
    from losi.commands.cycle import chosen_portals
    from losi.diff_tables import diff_document, print_diff
    from losi.output import write_json

    with state.open_existing() as database:
        found = diff_cycles(database, *cycles, chosen_portals(text), data_dir=state.data)
    if json_to:
        write_json(diff_document(found), json_to)
    if json_to != "-":
        print_diff(found)
    return 0
