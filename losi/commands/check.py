"""`losi check`: the main job on one portal."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from losi.errors import Failure, Misuse
from losi.options import JSON_HELP, Amount, State, example, with_contact, with_state

if TYPE_CHECKING:
    from crawler.result import PortalTarget, RunResult
    from crawler.settings import CrawlOptions
    from storage.database import Database
    from survey.indicator import Questionnaire


@dataclass(frozen=True, slots=True)
class Job:
    """What one call of the command is to do."""

    target: PortalTarget
    questionnaire: Questionnaire
    options: CrawlOptions
    replay: Path | None


@click.command(
    epilog=example(
        "losi check https://www.example.gov --country FRA --name Ville --report ville.html",
        "losi check https://www.example.gov --replay site.warc.gz --json -",
        "losi check --demo",
    )
)
@click.argument("url", required=False)
@click.option("--demo", is_flag=True, help="Check the bundled archive of a fictional city instead of a URL.")
@click.option("--name", default="", help="Name of the city or country, for tables and reports.")
@click.option("--country", default="", help="ISO 3166 code or English name; tells the official languages.")
@click.option(
    "--kind", type=click.Choice(["city", "national"]), help="Kind of portal.  [default: the edition's, else city]"
)
@click.option("--edition", help="Questionnaire to pre-fill.  [default: losi-2024 for a city, osi-2024 for a country]")
@click.option("--max-pages", type=click.IntRange(1), help="Pages to read at most.  [default: 200]")
@click.option("--max-seconds", type=Amount(0, min_open=True), help="Time for the crawl.  [default: 3600]")
@click.option("--delay", type=Amount(0), help="Pause between two requests to one host, seconds.  [default: 1]")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests under way at a time.  [default: 4]")
@click.option(
    "--processes", type=click.IntRange(0, 64), help="Processes that read pages beside the crawl.  [default: 0]"
)
@click.option("--timeout", type=Amount(0, min_open=True), help="Time for one answer, seconds.  [default: 30]")
@with_contact
@click.option(
    "--browser/--no-browser",
    default=True,
    envvar="LOSI_BROWSER",
    help="Show pages in a browser: to read those made by scripts, measure, and picture the proof (or LOSI_BROWSER).  "
    "[default: if one is installed]",
)
@click.option(
    "--screenshots/--no-screenshots", default=True, help="Picture the proof, where a browser is used.  [default: yes]"
)
@click.option(
    "--max-renders", type=click.IntRange(0), help="Pages made by scripts to show in the browser.  [default: 30]"
)
@click.option(
    "--validity/--no-validity",
    "validate_markup",
    default=True,
    envvar="LOSI_VALIDITY",
    help="Have the Nu Html Checker judge markup and style sheets (or LOSI_VALIDITY).  [default: if one is installed]",
)
@click.option("--allow-private", is_flag=True, help="Visit addresses of private and loopback networks too.")
@click.option(
    "--ignore-robots",
    is_flag=True,
    help="Read what robots.txt of the portal's host closes too, which its owner must have agreed to; the run says so.",
)
@click.option(
    "--replay",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Serve the crawl from this WARC or WACZ; nothing touches the network.",
)
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@click.option("--report", metavar="FILE.html", help="Where the HTML report goes.  [default: DATA/reports/]")
@with_state
def check(
    state: State,
    url: str | None,
    demo: bool,
    name: str,
    country: str,
    kind: str | None,
    edition: str | None,
    ignore_robots: bool,
    replay: Path | None,
    json_to: str | None,
    report: str | None,
    **limits: Any,
) -> int:
    """Visit a portal and pre-fill its questionnaire, with proof.

    Every response is archived, every answer names the page that proves it. The answers are a pre-fill: a person
    confirms or rejects them. Exit code 1 when the portal could not be visited.
    """
    if demo:
        url, name, replay = _demo(url, name, replay)
    from losi.output import must_take

    if not url:
        raise Misuse("no URL given", "for example: losi check https://www.example.gov, or losi check --demo")
    if ignore_robots:
        from losi.choices import consenting_host

        limits["robots_agreed"] = (consenting_host(url),)
    job = _job(url, name, country, kind, edition, replay, limits)
    must_take(json_to, report)
    result = _run(job, state)
    code = _show(result, job, state, json_to, report)
    _tell_standing(result, state)
    return code


def _demo(url: str | None, name: str, replay: Path | None) -> tuple[str, str, Path]:
    from losi import demo

    if url or replay:
        raise Misuse("--demo excludes a URL and --replay", "give one of them")
    return demo.url(), name or demo.name(), demo.archive()


def _job(
    url: str,
    name: str,
    country: str,
    kind: str | None,
    edition: str | None,
    replay: Path | None,
    limits: dict[str, Any],
) -> Job:
    from crawler.result import PortalTarget
    from crawler.settings import CrawlOptions
    from losi.choices import country_code, portal_url, questionnaire_for

    questionnaire = questionnaire_for(kind, edition)
    target = PortalTarget(portal_url(url), name, country_code(country), questionnaire.kind)
    given = {key: value for key, value in limits.items() if value is not None}
    return Job(target, questionnaire, CrawlOptions(**given), replay)


def _run(job: Job, state: State) -> RunResult:
    from crawler.check import run_check
    from detectors.inspector import Inspector
    from losi.crawl_progress import crawl_progress

    with state.open() as database, crawl_progress(job.options.max_pages) as progress:
        return run_check(
            _as_stored(job.target, database),
            job.options,
            inspector=Inspector.default(),
            database=database,
            data_dir=state.data,
            replay=job.replay,
            edition=job.questionnaire.edition,
            progress=progress,
        )


def _as_stored(target: PortalTarget, database: Database) -> PortalTarget:
    """The portal with the name and country under which it is stored, where the call names none."""
    from crawler.urls import typed_url
    from storage.repository import find_portal

    if target.name and target.country:
        return target
    url, named = typed_url(target.url)
    with database.reader() as session:
        for spelt in (url,) if named else (url, url.replace("https:", "http:", 1)):
            found = find_portal(session, spelt)
            if found is not None and found.kind == target.kind:
                return replace(target, name=target.name or found.name, country=target.country or found.country or "")
    return target


def _show(result: RunResult, job: Job, state: State, json_to: str | None, report: str | None) -> int:
    from datetime import UTC, datetime

    from losi.output import run_document, write_json, write_text
    from losi.report import report_html
    from losi.run_tables import print_run

    place = report or str(state.data / "reports" / f"run-{result.run_id or 0}.html")
    written = ""
    try:
        write_text(report_html(result, job.questionnaire, datetime.now(UTC), state.data), place)
        written = place
        if json_to:
            write_json(run_document(result, job.questionnaire), json_to)
    except Failure:
        if json_to != "-":
            print_run(result, job.questionnaire, written)
        raise
    if shown := "-" not in (json_to, place):
        print_run(result, job.questionnaire, place)
    if result.outcome in ("ok", "partial") and result.cause != "interrupted":
        return 0
    if not (shown and sys.stdout.isatty()):
        click.echo(f"losi: {result.outcome.replace('_', ' ')}: {result.message}", err=True)
    return 1


def _tell_standing(result: RunResult, state: State) -> None:
    """Says which run stands for the portal now, where that is not to be expected."""
    from losi.standing import told_after_check

    if result.run_id is None:
        return
    with state.open() as database, database.reader() as session:
        said = told_after_check(session, result.run_id)
    if said:
        click.echo(f"losi: {said}", err=True)
