"""The errors of this package: one line that says what is wrong and how to mend it."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """Something could not be kept or read; `mend` says what a person can do about it."""

    def __init__(self, message: str, mend: str = "") -> None:
        self.message = " ".join(message.split())
        self.mend = " ".join(mend.split())
        super().__init__(f"{self.message}; {self.mend}" if self.mend else self.message)


class AwayError(StorageError):
    """The database does not answer, or another holds it: the same may work a little later."""


class UnwritableError(StorageError):
    """A disk is full or may not be written: nothing more can be kept until a person has mended that."""


class TakenOverError(StorageError):
    """Another process goes on with the run: what this one still has of it is not stored."""


class ArchiveError(StorageError):
    """A file is no web archive, or its place in the archive holds no record."""


_LOCKED = "the database {where} is locked by another process"
_AWAY = "the database server of {where} cannot be reached"
_READ_ONLY = "the database {where} may not be written"
_MAKE_WRITABLE = "change the permissions of the file and its folder, or choose another with --data"
_FULL = "the disk of {where} is full or fails"
_KINDS: dict[str, type[StorageError]] = {
    _LOCKED: AwayError,
    _AWAY: AwayError,
    _READ_ONLY: UnwritableError,
    _FULL: UnwritableError,
}
_DATABASE_FAULTS: tuple[tuple[str, str, str], ...] = (
    (
        r"unable to open database file",
        "cannot open the database {where}",
        "check that its folder exists and that you may write there, or choose another with --data",
    ),
    (
        r"readonly database|read-only (transaction|database)",
        _READ_ONLY,
        _MAKE_WRITABLE,
    ),
    (
        r"database is locked|table is locked",
        _LOCKED,
        "wait until the other command ends, or stop it",
    ),
    (
        r"not a database|malformed|disk image",
        "{where} is damaged or is not a database of this program",
        "restore it from a backup, or choose another with --data; the archive is not affected",
    ),
    (
        r"database or disk is full|disk full|no space left|disk i/o error",
        _FULL,
        "free some space and run the command again; what was stored is kept",
    ),
    (
        r"password authentication failed|role .* does not exist|no password supplied",
        "the database server refused the login for {where}",
        "check user and password in --db",
    ),
    (
        r"database .* does not exist",
        "the database server does not know {where}",
        "create the database first, for example with createdb",
    ),
    (
        r"connection (refused|timed out|failed)|could not (connect|translate)|timeout expired|no such file"
        r"|failed to resolve|server closed the connection|terminating connection|connection is closed"
        r"|network is unreachable|name or service not known|connection is bad|connection (is|was) (lost|closed)"
        r"|database system is (starting up|shutting down|in recovery|not yet)|too many clients|connection slots"
        r"|queuepool limit|reset by peer|broken pipe|unexpected eof|could not receive data|closed unexpectedly",
        _AWAY,
        "check that it runs and that host and port in --db are right",
    ),
    (
        r"no such table|relation .* does not exist|no such column",
        "the database {where} lacks a table of this program",
        "bring it up to date with migrate()",
    ),
)


def explain(error: SQLAlchemyError, where: str) -> StorageError:
    """The database's error in words; `where` names the database without its password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = " ".join(str(cause).split())
    if (known := known_fault(text, where)) is not None:
        return known
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return AwayError(_AWAY.format(where=where), f"it reported: {text[:300]}")
    return StorageError(f"the database {where} reported: {text[:300]}")


def known_fault(text: str, where: str) -> StorageError | None:
    """What a database's driver said, in words; None where it is nothing known."""
    for pattern, message, mend in _DATABASE_FAULTS:
        if re.search(pattern, text, re.IGNORECASE):
            return _KINDS.get(message, StorageError)(message.format(where=where), mend)
    return None


def unwritable(where: str) -> UnwritableError:
    """What to say of a database that may be read alone."""
    return UnwritableError(_READ_ONLY.format(where=where), _MAKE_WRITABLE)


@contextmanager
def database_errors(where: str) -> Iterator[None]:
    """Turns the database's errors inside the block into `StorageError`; those of the program pass."""
    try:
        yield
    except (StatementError, PoolTimeoutError) as error:
        raise explain(error, where) from error


def explain_os(error: OSError, doing: str) -> StorageError:
    """The operating system's error in words; `doing` is for example 'write the archive /x/y'."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        mend = "free some space (or raise the quota) and run the command again; what was stored is kept"
        return UnwritableError(f"cannot {doing}: the disk is full", mend)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        mend = "change the permissions of the folder, or choose another with --data"
        return UnwritableError(f"cannot {doing}: not allowed", mend)
    if error.errno == errno.EIO:
        return UnwritableError(f"cannot {doing}: the disk fails", "look at the disk; what was stored is kept")
    return StorageError(f"cannot {doing}: {error.strerror or error}")
