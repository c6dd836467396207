"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

EXTENSION = "LOSI_EXTENSION"
"""The name of `survey.extension.VARIABLE`, here without loading it."""

if TYPE_CHECKING:
    from storage.database import Database

Command = TypeVar("Command", bound=Callable[..., Any])

JSON_HELP = 'Write the result as JSON to this file; "-" is stdout, and nothing else is printed there.'


class Amount(click.FloatRange):
    """A number in a range; `nan` and `inf`, which Python counts as numbers, are refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, as click's own type gives it."""
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no amount; write a number, for example 2.5.", param, ctx)
        return number


@dataclass(frozen=True, slots=True)
class State:
    """Where the program keeps things: the data folder, and the database in it or elsewhere."""

    data: Path
    db: str | None = None

    def open_existing(self) -> Database:
        """The database of earlier runs, to be written; raises Failure, and makes no folder, when there is none."""
        self._must_exist()
        return self.open()

    def read_existing(self) -> Database:
        """The database of earlier runs, for queries: it need not be writable. Raises as `open_existing` does."""
        self._must_exist()
        database = self.named()
        database.prepare_to_read()
        return database

    def _must_exist(self) -> None:
        from losi.errors import Failure

        if not self.exists:
            mend = "run losi check first, or losi cycle new for many portals, or choose another folder with --data"
            raise Failure(f"{self.db or self.data} holds no database", mend)
        if self._is_empty:
            raise self._nothing_left()

    @property
    def exists(self) -> bool:
        """Whether there is a database; a server is taken to exist, and a file of nothing to have been one."""
        return self._file is None or self._file.exists()

    @property
    def _file(self) -> Path | None:
        """The file of the database; None for a server, and for a URI of SQLite's own (`file:...`)."""
        if self.db is None:
            return self.data / "losi.db"
        from storage.database import database_url
        from storage.sqlite_file import file_of

        return file_of(database_url(self.db))

    @property
    def _is_empty(self) -> bool:
        from storage.sqlite_file import is_empty

        return self._file is not None and is_empty(self._file)

    def _nothing_left(self) -> Exception:
        """What to say of an empty file that must not be taken for a new database."""
        from losi.errors import Failure

        mend = "bring it back from a backup (docs/operations.md), or delete it to begin anew"
        return Failure(f"{self._file} is an empty file, no database", mend)

    def _look_at_empty(self) -> None:
        """Tell that an empty file is filled; raise Failure where runs were archived beside it: it had held them."""
        if not self._is_empty:
            return
        if any((self.data / "archive").glob("run-*")):
            raise self._nothing_left()
        click.echo(f"losi: {self._file} was an empty file; a new database is made in it", err=True)

    def open(self) -> Database:
        """The database, brought up to date, and made where there is none; raises Failure, or StorageError of
        storage.errors."""
        self._look_at_empty()
        database = self.named()
        database.migrate()
        return database

    def named(self) -> Database:
        """The database, as it is: nothing is asked of it yet."""
        from storage.database import Database

        return Database(self.db or self.data / "losi.db")


def extension_of(data: Path) -> Path:
    """Where the extension of a data folder lies: a survey's own questionnaires, features and words."""
    return data / "extension"


def use_extension(data: Path) -> None:
    """Has this process, and those that it begins, read the extension of the data folder, if there is one and the
    environment names no other."""
    place = extension_of(data)
    if place.is_dir():
        os.environ.setdefault(EXTENSION, str(place.resolve()))


def with_state(command: Command) -> Command:
    """Give a command the options --data and --db, as the one argument `state`."""

    def invoke(data: Path, db: str | None, **arguments: Any) -> Any:
        use_extension(data)
        return command(state=State(data, db), **arguments)

    update_wrapper(invoke, command)
    click.option(
        "--db",
        metavar="URL",
        envvar="LOSI_DB",
        callback=_database_url,
        help="Database URL instead of DATA/losi.db, such as postgresql://...",
    )(invoke)
    click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("losi-data"),
        envvar="LOSI_DATA",
        show_default=True,
        metavar="DIR",
        help="Folder of database, archive and reports (or LOSI_DATA).",
    )(invoke)
    return invoke  # type: ignore[return-value]


def _database_url(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """A URL as typed; a bare word would become a file of that name in the working folder."""
    if text is not None and "://" not in text:
        from losi.errors import Misuse

        mend = "for example: --db postgresql://user@host/database, or sqlite:////path/of/losi.db; --data takes a folder"
        raise Misuse(f"{text!r} is no database URL", mend)
    return text


def with_contact(command: Command) -> Command:
    """Give a command the option --contact."""
    return click.option(
        "--contact",
        metavar="ADDRESS",
        envvar="LOSI_CONTACT",
        callback=_contact,
        help="Page or e-mail address that tells webmasters who asks; part of the user agent (or LOSI_CONTACT).",
    )(command)


def _contact(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    from losi.choices import contact

    return contact(text)


def example(*lines: str) -> str:
    """The epilog of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def only_one(**named: object) -> None:
    """Refuse options that exclude each other."""
    given = [name for name, value in named.items() if value]
    if len(given) > 1:
        from losi.errors import Misuse

        raise Misuse(f"{' and '.join(given)} exclude each other", "give one of them")
