"""One process crawls a cycle, however it names the database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

from crawler.cycle.exclusive import exclusive
from storage.database import Database
from storage.errors import StorageError
from tests.storage.conftest import database, postgresql, sqlite, template

__all__ = ["database", "postgresql", "sqlite", "template"]
REFUSED = "another process crawls the cycle 'one'"
ELSEWHERE = "workers, or a process on another machine, crawl the cycle 'one'"
of_a_server = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def _linked(file: Path) -> str:
    link = file.with_name("linked.db")
    link.symlink_to(file)
    return str(link)


@pytest.mark.parametrize(
    "name",
    [
        str,
        lambda file: f"{file.parent}/./{file.name}",
        _linked,
        lambda file: f"sqlite:///{file}",
        lambda file: f"sqlite:///file:{file}?uri=true",
        lambda file: f"sqlite:///file:{file}?mode=rw&uri=true",
    ],
    ids=["path", "roundabout", "link", "URL", "URI", "URI with a mode"],
)
def test_a_file_is_the_same_under_all_its_names(tmp_path: Path, name: Callable[[Path], str]) -> None:
    file = tmp_path / "losi.db"
    with Database(file) as here, Database(name(file)) as there:
        for first, second in ((here, there), (there, here), (there, there)):
            with exclusive(first, 1, "one"), ExitStack() as stack:
                with pytest.raises(StorageError, match=REFUSED):
                    stack.enter_context(exclusive(second, 1, "one"))
                stack.enter_context(exclusive(second, 2, "two"))
        with exclusive(there, 1, "one") as hold:
            hold()


def test_a_database_in_memory_is_nobody_elses() -> None:
    with Database("sqlite://") as database, exclusive(database, 1, "one"), exclusive(database, 1, "one") as hold:
        hold()


@of_a_server
def test_a_cycle_is_free_before_the_connection_that_held_it_is_closed(database: Database) -> None:
    """The server takes a moment to notice that one is closed, and would refuse whoever comes next."""
    seen: list[object] = []

    @event.listens_for(database.engine, "invalidate")
    def closing(*_: object) -> None:
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        with database.reader() as session:
            seen.append(session.scalar(text(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {here}")))

    with exclusive(database, 1, "one"):
        pass
    assert seen == [0]


def _lose_connections(database: Database) -> None:
    """Ends all connections to the database but the one that says so, and waits until the server has."""
    others = "datname = current_database() AND pid != pg_backend_pid()"
    with create_engine(database.url).connect() as connection:
        assert all(
            connection.scalars(text(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {others}"))
        )


@of_a_server
def test_of_a_server_one_process_crawls_a_cycle_until_it_ends(database: Database) -> None:
    with Database(database.url) as other:
        with exclusive(database, 1, "one") as hold, exclusive(other, 2, "two"):
            hold()
            with pytest.raises(StorageError, match=ELSEWHERE), exclusive(other, 1, "one"):
                pass
        with exclusive(other, 1, "one"):
            pass


@of_a_server
def test_a_lock_that_is_held_for_days_holds_up_no_vacuum(database: Database) -> None:
    """As a transaction that is open for so long would."""
    query = text("SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()")
    with exclusive(database, 1, "one") as hold, create_engine(database.url).connect() as connection:
        hold()
        assert set(connection.scalars(query)) == {"idle"}


@of_a_server
def test_a_lock_that_was_lost_with_its_connection_is_taken_again(database: Database) -> None:
    with exclusive(database, 1, "one") as hold:
        _lose_connections(database)
        hold()
        with Database(database.url) as other, pytest.raises(StorageError, match=ELSEWHERE), exclusive(other, 1, "one"):
            pass


@of_a_server
def test_a_lock_that_another_took_meanwhile_is_not_thought_to_be_held(database: Database) -> None:
    with exclusive(database, 1, "one") as hold, Database(database.url) as other:
        _lose_connections(database)
        with exclusive(other, 1, "one"):
            for _ in range(2):
                with pytest.raises(StorageError, match=ELSEWHERE):
                    hold()
        hold()
