"""`losi score`: the indices of a survey, and what they are by region, group, country and level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from losi.options import JSON_HELP, State, example, with_state

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from review.publish.scope import Scope
    from review.publish.summary import Summary

BY = ("portal", "country", "region", "subregion", "group", "income", "level", "kind", "district", "language", "edition")


@click.command(epilog=example("losi score 2026", "losi score 2026 --by region", "losi score 2026 --csv scores.csv"))
@click.argument("cycle", required=False)
@click.option("--by", type=click.Choice(BY), help="Only the table of this grouping; it is what --csv writes.")
@click.option("--kind", type=click.Choice(["city", "national"]), help="Only this kind of portal.")
@click.option("--country", default="", help="Only this country: ISO 3166 code or English name.")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@click.option(
    "--csv", "csv_to", metavar="FILE", help='Write a table as CSV, that of portals without --by; "-" is stdout.'
)
@with_state
def score(
    state: State,
    cycle: str | None,
    by: str | None,
    kind: str | None,
    country: str,
    json_to: str | None,
    csv_to: str | None,
) -> int:
    """Score the portals of a CYCLE, or the newest visit that read each portal.

    An answer is people's where they have settled it, else the program's; the basis of an index says so: confirmed,
    mixed or prefilled. What nobody knows counts as no, `high` is the index if all of that were yes. A portal that could
    not be read has no index. Indices of cities are LOSI, those of countries the weighted sum of the sub-indices.
    """
    from losi.commands.publish_scope import scoped
    from losi.commands.publish_scores import show_scores, write_scores_csv, write_scores_json
    from losi.output import must_take

    must_take(json_to, csv_to)
    with scoped(state, cycle, kind=kind, country=country) as (session, scope):
        figures = _figures(session, scope)
        if json_to:
            write_scores_json(session, scope, figures, json_to)
        if csv_to:
            write_scores_csv(session, scope, figures, by or "portal", csv_to)
        if "-" not in (json_to, csv_to):
            show_scores(session, scope, figures, by)
    return 0


def _figures(session: Session, scope: Scope) -> dict[str, Summary]:
    from losi.errors import Failure
    from review.publish.scores import scores
    from review.publish.summary import summarise

    figures = summarise(scores(session, scope))
    if not figures:
        raise Failure("there is no portal to score", "losi cycle new plans portals, losi check visits one")
    return figures
