"""`losi review`: the web app where assessors decide."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from losi.options import State, example, with_state

if TYPE_CHECKING:
    from socket import socket


@click.command(epilog=example("losi review --create-admin ana", "losi review --port 8000"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--create-admin", metavar="NAME", help="Make an account that may do everything, print its password, end.")
@click.option("--ask-password", is_flag=True, help="With --create-admin: ask for the password instead of making one.")
@click.option("--drop-factor", metavar="NAME", help="Turn off the second factor of somebody who lost it, end.")
@click.option("--proxy", metavar="ADDRESS", help="Address of the proxy that serves HTTPS and says so in its headers.")
@with_state
def review(
    state: State,
    host: str,
    port: int,
    create_admin: str | None,
    ask_password: bool,
    drop_factor: str | None,
    proxy: str | None,
) -> int:
    """Serve the web app where assessors confirm or reject what was found.

    Settings come from the environment: LOSI_REVIEW_HIDDEN_SHARE, LOSI_REVIEW_ASSESSORS, LOSI_REVIEW_OIDC_ISSUER and
    others, see docs/review.md.
    """
    if create_admin is not None:
        return _create_admin(state, create_admin, ask_password)
    if drop_factor is not None:
        return _drop_factor(state, drop_factor)
    return _serve(state, host, port, proxy)


def _create_admin(state: State, name: str, ask: bool) -> int:
    from datetime import UTC, datetime

    from losi.errors import Failure
    from review.errors import ReviewError
    from review.security.passwords import generated
    from review.service.accounts import create_account

    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else generated()
    try:
        with state.open() as database, database.session() as session:
            create_account(session, name, "admin", datetime.now(UTC), password=password)
    except ReviewError as error:
        raise Failure(error.message, error.mend) from error
    click.echo(f"made the admin {name}", err=True)
    if not ask:
        click.echo(f"its password, shown this once: {password}")
    return 0


def _drop_factor(state: State, name: str) -> int:
    from losi.errors import Failure
    from review.errors import ReviewError
    from review.service.accounts import lost_totp, named

    try:
        with state.open() as database, database.session() as session:
            found = named(session, name)
            if found is None:
                raise Failure(f"there is no account {name!r}", "names are on the page Accounts")
            lost_totp(session, found)
    except ReviewError as error:
        raise Failure(error.message, error.mend) from error
    click.echo(f"turned off the second factor of {found.name}; its sessions and tokens ended", err=True)
    return 0


def _serve(state: State, host: str, port: int, proxy: str | None) -> int:
    import uvicorn

    from crawler.garbage import settle
    from losi.choices import review_settings
    from losi.errors import NO_QUESTION, Failure, sentence
    from review.app import create_app
    from review.service.accounts import admins
    from review.service.lost_questions import lost_questions
    from survey.questionnaire import load_all

    load_all()
    settings = review_settings()
    with state.open() as database:
        with database.reader() as session:
            if not admins(session) and not settings.oidc_issuer:
                raise Failure("nobody can log in yet", "run losi review --create-admin NAME first")
            for lost in lost_questions(session):
                click.echo(f"losi: {sentence(lost, NO_QUESTION)}", err=True)
        app = create_app(database, state.data, settings)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                proxy_headers=proxy is not None,
                forwarded_allow_ips=proxy,
                server_header=False,
                timeout_graceful_shutdown=10,
            )
        )
        settle()
        listening = _listen(host, port)
        click.echo(f"{_url(host, port)} (stop with Ctrl-C)", err=True)
        with listening, suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    return 0


def _url(host: str, port: int) -> str:
    """Where a browser finds the app; an IPv6 address stands in brackets (RFC 3986, 3.2.2)."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _listen(host: str, port: int) -> socket:
    """A socket on which the server listens, taken before its address is told; Failure where that cannot be."""
    from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket

    from losi.errors import Failure

    made = socket(AF_INET6 if ":" in host else AF_INET)
    made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise Failure(
            f"cannot listen on {host}:{port}: {error.strerror or error}", "choose another --port or --host"
        ) from error
    return made
