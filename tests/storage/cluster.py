"""A PostgreSQL server of a test's own, that can be stopped and started."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.storage.conftest import _postgresql_binaries, _prepare, _run


class Cluster:
    """The server; it listens on a socket in its folder."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        self._account = _prepare(folder)
        self.url = URL.create("postgresql", "postgres", query={"host": str(folder)}, database="postgres")
        self._runs = False
        self._do("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")

    def start(self) -> None:
        """Starts it; ready when this returns."""
        options = f"-c listen_addresses='' -c fsync=off -k {self._folder}"
        self._do("pg_ctl", "-w", "-t", "300", "-o", options, "-l", str(self._folder / "log"), "start")
        self._runs = True

    def stop(self) -> None:
        """Stops it without asking its clients; does nothing if it is stopped."""
        if self._runs:
            self._runs = False
            self._do("pg_ctl", "-w", "-t", "300", "-m", "immediate", "stop")

    def _do(self, program: str, *arguments: str) -> None:
        _run([self._binaries / program, "-D", self._folder / "data", *arguments], self._account, self._folder)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server, running."""
    binaries = _postgresql_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here: no initdb in PATH or /usr/lib/postgresql")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        found = Cluster(binaries, Path(folder))
        found.start()
        try:
            yield found
        finally:
            found.stop()
