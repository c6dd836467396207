"""One process crawls a cycle, however it names the database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from crawler.cycle.exclusive import exclusive
from storage.database import Database
from storage.errors import StorageError

REFUSED = "another process crawls the cycle 'one'"


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
