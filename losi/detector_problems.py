"""Says once which detectors cannot be used, for commands whose result has no place for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

_LOGGER = "detectors"


def hush() -> None:
    """Keeps what detectors log off the terminal, unless a command or a worker wants it: results tell it too."""
    logger = logging.getLogger(_LOGGER)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


@contextmanager
def detectors_told() -> Iterator[None]:
    """Tells on stderr which plug-ins did not load, and then each detector that fails, at its first failure."""
    from detectors.registry import load

    for problem in load().problems:
        click.echo(f"losi: {problem}", err=True)
    handler = tell_failures()
    try:
        yield
    finally:
        logging.getLogger(_LOGGER).removeHandler(handler)


def tell_failures() -> logging.Handler:
    """Has each detector's first failure told in this process."""
    handler = _Once(logging.WARNING)
    logging.getLogger(_LOGGER).addHandler(handler)
    return handler


class _Once(logging.Handler):
    """Prints the first record of each detector."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._told: set[object] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the record, if its detector was not told of yet."""
        key = record.args[0] if isinstance(record.args, tuple) and record.args else record.msg
        if key not in self._told:
            self._told.add(key)
            click.echo(f"losi: {record.getMessage()}; what else it fails on is not told again", err=True)
