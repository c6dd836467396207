"""`losi export dataset|atlas|plan`: a survey as tables, as pages with maps and plots, as plans of what to add."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from losi.options import JSON_HELP, State, example, with_state

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from review.publish.plan import Plan
    from review.publish.scope import Scope

FOLDER = click.Path(file_okay=False, path_type=Path)
CYCLE = click.option("--cycle", metavar="NAME", help="This survey cycle.  [default: each portal's newest full visit]")


@click.command(epilog=example("losi export dataset --cycle 2026 data/", "losi export dataset --format parquet data/"))
@click.argument("folder", type=FOLDER)
@click.option("--format", "wanted", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True)
@CYCLE
@with_state
def dataset(state: State, folder: Path, wanted: str, cycle: str | None) -> int:
    """Write the data set of a survey into a FOLDER: portals, answers, criteria, groups, coverage, claims.

    Answers are people's where they have settled them; what the program found is in losi export csv. With the tables
    come dictionary.md, which tells what every column means, and datapackage.json, which tells it to programs
    (Frictionless Data Package). Parquet needs pip install 'losi-scout[parquet]'.
    """
    from datetime import UTC, datetime

    from losi.commands.publish_scope import scoped
    from losi.output import name_written
    from review.publish.dataset import write_dataset
    from review.publish.formats import FORMATS

    chosen = next(each for each in FORMATS if each == wanted)
    with scoped(state, cycle) as (session, scope):
        written = write_dataset(session, scope, folder, chosen, datetime.now(UTC))
    name_written(*written.files)
    return 0


@click.command(epilog=example("losi export atlas --cycle 2026 atlas/", "losi export atlas --no-plans atlas/"))
@click.argument("folder", type=FOLDER)
@click.option("--plans/--no-plans", default=True, show_default=True, help="Also a page with the plan of each portal.")
@CYCLE
@with_state
def atlas(state: State, folder: Path, plans: bool, cycle: str | None) -> int:
    """Write an atlas of a survey into a FOLDER: maps, plots and tables as HTML pages that open from disk."""
    from datetime import UTC, datetime

    from losi.commands.publish_scope import scoped
    from losi.output import name_written
    from review.publish.atlas import write_atlas

    with scoped(state, cycle) as (session, scope):
        written = write_atlas(session, scope, folder, datetime.now(UTC), plans=plans)
    name_written(written[0])
    return 0


@click.command(epilog=example("losi export plan https://www.example.gov/ plan.html", "losi export plan 12 --json -"))
@click.argument("portal")
@click.argument("file", required=False, metavar="[FILE.html]")
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@CYCLE
@with_state
def plan(state: State, portal: str, file: str | None, json_to: str | None, cycle: str | None) -> int:
    """Write the improvement plan of a PORTAL (number, URL or name): what is missing, and who has it already.

    Each missing feature comes with what counts as yes, the effort, the Sustainable Development Goals it serves, and up
    to three portals of the same region, language or level in the survey that have it, with their proof.
    """
    from datetime import UTC, datetime

    from losi.commands.publish_scope import scoped
    from losi.errors import Misuse
    from losi.output import must_take, name_written, write_json, write_text
    from review.publish.atlas import plan_page
    from review.publish.plan import plan_document

    if not file and not json_to:
        raise Misuse("nowhere to write the plan", "give FILE.html or --json FILE")
    must_take(file, json_to)
    with scoped(state, cycle) as (session, scope):
        made = _plan(session, scope, portal)
        if file:
            title = f"Survey cycle {scope.name}" if scope.name else "Newest visits"
            write_text(plan_page(made, title, datetime.now(UTC)), file)
        if json_to:
            write_json(plan_document(made), json_to)
    name_written(file, json_to)
    return 0


@click.command(epilog=example("losi export dictionary dictionary.md"))
@click.argument("file", default="-", metavar="[FILE.md]")
def dictionary(file: str) -> int:
    """Write the data dictionary of the data set as Markdown; "-" is stdout."""
    from losi.output import name_written, write_text
    from review.publish.schema import dictionary as text

    write_text(text(), file)
    name_written(file)
    return 0


def _plan(session: Session, scope: Scope, name: str) -> Plan:
    from dataclasses import replace

    from losi.errors import Failure
    from review.publish.answers import portal_answers
    from review.publish.claims import with_claims
    from review.publish.models import models_for
    from review.publish.plan import plan_of
    from storage.repository import get_portal

    found = get_portal(session, name)
    own = next(with_claims(session, replace(scope, portal=found.id)), None)
    if own is None:
        raise Failure(f"{found.url} is not in the survey", "choose another --cycle, or visit it with losi check")
    models = models_for(own[0], portal_answers(session, replace(scope, kind=found.kind)))
    return plan_of(session, own[0], models, own[1])
