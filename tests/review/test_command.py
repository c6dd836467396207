"""`losi review` in a process of its own: the first admin, serving, and a server that is killed in the middle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic, sleep

import httpx
import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from losi.commands.review import review
from review.security.tokens import key_of
from review.service.accounts import confirm_totp
from review.service.sessions import make_token
from storage.models import ApiToken, Review
from storage.repository import verify_chain
from tests.crawler.loopback import reserved_port
from tests.review.browsing import log_in
from tests.review.conftest import PASSWORD, World

PATIENCE = 120
"""Seconds that a machine which others keep busy may take for anything here."""
Start = Callable[[World], tuple[subprocess.Popen[bytes], str]]


@pytest.fixture
def serving() -> Iterator[Start]:
    """Starts `losi review` as a process; gives it and its address. What still runs is killed after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(world: World) -> tuple[subprocess.Popen[bytes], str]:
        code = "from losi.commands.review import review; review()"
        place = world.database.url.render_as_string(hide_password=False)
        with reserved_port() as port:
            options = ["--db", place, "--data", str(world.data), "--port", str(port)]
            environment = {**os.environ, "LOSI_REVIEW_JOBS": "0"}
            process = subprocess.Popen([sys.executable, "-c", code, *options], env=environment)
            running.append(process)
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process)
        return process, address

    yield start
    for process in running:
        process.kill()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + PATIENCE
    while monotonic() < end and process.poll() is None:
        with suppress(httpx.TransportError):
            httpx.get(f"{address}/login", timeout=PATIENCE)
            return
        sleep(0.05)
    pytest.fail("losi review does not answer")


def _keys(world: World, count: int) -> list[str]:
    """API tokens of so many assessors, each with the sheet of an own portal."""
    keys = []
    for number in range(count):
        world.run(f"https://city{number}.example/")
    sheets = world.open()
    for number in range(count):
        account = world.person(f"Person {number}")
        world.assign(account, sheets[number])
        with world.database.session() as session:
            keys.append(make_token(session, account, "test", world.settings, world.clock()))
    return keys


def _work(address: str, key: str, acknowledged: list[int]) -> None:
    """Decides card after card until the server is gone."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client, suppress(httpx.TransportError):
        task = client.get("/api/v1/queue/next").json()["next"]
        while task is not None:
            done = client.post(f"/api/v1/cards/{task}/decision", json={"verdict": "yes"}).json()
            acknowledged.append(done["review"])
            task = done["next"]


def test_a_killed_server_loses_no_acknowledged_decision(world: World, serving: Start) -> None:
    world.clock.now = world.clock.now.replace(year=2099)
    world.person("Ada", "admin")
    keys = _keys(world, 4)
    process, address = serving(world)
    acknowledged: list[int] = []
    threads = [threading.Thread(target=_work, args=(address, key, acknowledged)) for key in keys]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 60:
        assert process.poll() is None
        assert any(thread.is_alive() for thread in threads)
        sleep(0.01)
    process.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join()
    with world.database.reader() as session:
        report = verify_chain(session)
        stored = set(session.scalars(select(Review.number)))
    assert report.broken is None
    assert set(acknowledged) <= stored
    assert len(set(acknowledged)) == len(acknowledged) >= 60


def test_the_first_admin_is_made_once_and_can_log_in(small: World, serving: Start) -> None:
    options = ["--data", str(small.data), "--db", small.database.url.render_as_string()]
    nobody = CliRunner().invoke(review, options)
    assert (nobody.exit_code, "--create-admin" in nobody.output) == (1, True)
    made = CliRunner().invoke(review, [*options, "--create-admin", "Ada"])
    assert made.exit_code == 0
    password = re.findall(r"shown this once: (\S+)", made.output)[0]
    again = CliRunner().invoke(review, [*options, "--create-admin", "ada"])
    assert (again.exit_code, "already" in again.output) == (1, True)
    asked = CliRunner().invoke(
        review, [*options, "--create-admin", "Eda", "--ask-password"], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert (asked.exit_code, PASSWORD in asked.output) == (0, False)
    process, address = serving(small)
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        assert log_in(client, "Ada", password).headers["location"] == "/"
        assert client.get("/sheets").status_code == 200
    assert (small.data / "review.key").stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) in (0, -signal.SIGTERM)


def test_a_lost_second_factor_is_turned_off(small: World) -> None:
    secret, now = pyotp.random_base32(), small.clock()
    options = ["--data", str(small.data), "--db", small.database.url.render_as_string(), "--drop-factor"]
    with small.database.session() as session:
        confirm_totp(session, small.person("Ada", "admin"), secret, pyotp.TOTP(secret).at(now), now)
        make_token(session, small.account("Ada").id, "test", small.settings, now)
    wrong = CliRunner().invoke(review, [*options, "Bea"])
    assert (wrong.exit_code, "there is no account 'Bea'" in wrong.output) == (1, True)
    for code, said in ((0, "turned off the second factor of Ada"), (1, "Ada has no second factor")):
        done = CliRunner().invoke(review, [*options, "ada"])
        assert (done.exit_code, said in done.output) == (code, True)
    assert small.account("Ada").totp_secret is None
    with small.database.reader() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_wrong_settings_are_named(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small.person("Ada", "admin")
    monkeypatch.setenv("LOSI_REVIEW_HIDDEN_SHARE", "2")
    options = ["--data", str(small.data), "--db", small.database.url.render_as_string()]
    wrong = CliRunner().invoke(review, options)
    assert (wrong.exit_code, "LOSI_REVIEW_HIDDEN_SHARE" in wrong.output) == (2, True)


def test_only_hashes_of_tokens_are_stored(small: World) -> None:
    (key,) = _keys(small, 1)
    with small.database.reader() as session:
        assert session.scalars(select(ApiToken.key)).all() == [key_of(key)]
