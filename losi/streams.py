"""Standard output: what it cannot show has stand-ins, and what it does not take ends the command with one line. What
standard error does not take is lost, and ends nothing."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from losi.errors import StdoutError

_ERRORS = "losi-stand-in"
_STAND_INS = {"✔": "+", "✘": "x", "☞": ">", "–": "-", "’": "'", "“": '"', "”": '"', "…": "..."}
"""What is written where an encoding lacks a character; a question mark for all others."""


def set_up_stdout() -> None:
    """Makes the interpreter's own stdout bear any text and name itself in its errors; another in its place stays."""
    codecs.register_error(_ERRORS, _stand_in)
    if sys.stdout is None:
        sys.stdout = _nobody()
    elif sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _named(sys.stdout)


def set_up_stderr() -> None:
    """Makes the interpreter's own stderr let go what nobody can read, in a log on a full disk or on a terminal that was
    left: a note or a bar is no reason to end. Another in its place stays."""
    if sys.stderr is None:
        sys.stderr = _nobody()
    elif sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        raw = _Stderr(sys.stderr.fileno(), "w", closefd=False)
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=sys.stderr.encoding, errors=sys.stderr.errors, line_buffering=True
        )


def _nobody() -> TextIO:
    """What stands for a stream that whoever called has closed: nobody reads."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _named(stream: TextIO) -> TextIO:
    """The same stream over `_Stdout`; text, bytes and what click writes stay in their order."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Stdout(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=_ERRORS,
        line_buffering=stream.isatty(),
        write_through=True,
    )


class _Stdout(io.FileIO):
    """Standard output, whose errors are told from those of files."""

    def write(self, data: Any) -> int:
        """Writes bytes; raises StdoutError, or BrokenPipeError where the reader went away."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StdoutError(f"cannot write to the standard output: {error.strerror}") from error


class _Stderr(io.FileIO):
    """Standard error, which has no errors of its own."""

    def write(self, data: Any) -> int:
        """Writes bytes, or loses them."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: ASCII for what cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_STAND_INS.get(character, "?") for character in lost), error.end
