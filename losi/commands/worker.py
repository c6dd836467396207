"""`losi worker`: visits the portals of cycles, on as many machines as it is started on."""

from __future__ import annotations

import logging
from typing import Any

import click

from losi.options import Amount, State, example, with_state


@click.command(
    epilog=example(
        "losi worker --db postgresql://losi@db/losi",
        "losi worker --archives s3://bucket/losi --metrics 0.0.0.0:9150 --log json",
    )
)
@click.option("--concurrency", type=click.IntRange(1, 1000), default=50, show_default=True, help="Portals at a time.")
@click.option("--processes", type=click.IntRange(0, 64), default=1, show_default=True, help="Readers of pages.")
@click.option(
    "--archives",
    metavar="URL",
    envvar="LOSI_ARCHIVES",
    help="Copy archives and pictures there: a path, s3://, sftp://.",
)
@click.option("--archives-option", "pairs", multiple=True, metavar="KEY=VALUE", help="For the kind of place.")
@click.option(
    "--drain",
    type=Amount(0),
    default=30.0,
    show_default=True,
    help="Seconds that visits may take to end when the worker is stopped; the rest is gone on with by others.",
)
@click.option(
    "--heartbeat",
    type=Amount(0.2, 60),
    default=5.0,
    show_default=True,
    help="Seconds between signs of life; after four that are missing, others take over.",
)
@click.option(
    "--db-wait",
    type=Amount(0),
    default=300.0,
    show_default=True,
    help="Seconds that a database which is or goes away is waited for.",
)
@click.option("--metrics", metavar="[HOST:]PORT", help="Serve Prometheus metrics there.")
@click.option("--log", "form", type=click.Choice(["plain", "json"]), default="plain", show_default=True, help="Form.")
@click.option("--once", is_flag=True, help="End when nothing is left to visit now.")
@with_state
def worker(state: State, archives: str | None, pairs: tuple[str, ...], metrics: str | None, **given: Any) -> int:
    """Visit portals that losi schedule hands out, until SIGTERM or Ctrl-C; a second one kills.

    Needs PostgreSQL. A portal is visited by one worker at a time. When a worker dies, others go on with its portals.
    """
    from crawler.logs import set_up_logging
    from losi.places import archive_place
    from storage.errors import StorageError
    from survey.questionnaire import load_all

    load_all()
    set_up_logging(given["form"])
    place = archive_place(archives, pairs) if archives else None
    address = _address(metrics) if metrics else None
    try:
        _work(state, {"place": place, "metrics": address, **given})
    except StorageError as error:
        if given["form"] == "plain":
            raise
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


def _work(state: State, options: dict[str, Any]) -> None:
    from crawler.jobs.dsn import dsn

    with state.named() as database:
        dsn(database.url)
        from crawler.jobs.start import run_worker
        from crawler.jobs.worker import WorkerOptions

        run_worker(database, state.data, WorkerOptions(**options))


def _address(text: str) -> tuple[str, int]:
    from losi.errors import Misuse

    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise Misuse(f"{text!r} is no address", "for example: --metrics 9150, or --metrics 0.0.0.0:9150")
    return host.strip("[]") or "127.0.0.1", int(port)
