"""The text of a file that somebody saved from a spreadsheet, in whatever encoding that wrote."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PLAIN = {
    "ISO-8859-1": "windows-1252",
    "ISO-8859-2": "windows-1250",
    "ISO-8859-7": "windows-1253",
    "ISO-8859-9": "windows-1254",
    "TIS-620": "cp874",
    "UHC": "cp949",
    "SHIFT_JIS": "cp932",
    "BIG5": "cp950",
}
"""Where a standard is found, what spreadsheets write is the code page that has more characters than it."""
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1a")
_HEAD = 4000
_STRAY = 0.01
"""Such a share of control characters is an accident of a text at most."""
_SCRIPTS = ("WINDOWS-125", "IBM866", "GB", "EUC-", "ISO-2022-")
_COUNTRY = re.compile(rb"(?:^|//|[\s,;|\"'])(?:[a-z0-9-]+\.)+([a-z]{2})(?=[\s:/?,;|\"']|$)", re.IGNORECASE)
"""The end of a host's name that stands for a country, in what every code page writes alike."""


def spreadsheet_text(path: Path) -> str:
    """The text of a file; `-` is stdin. A guess of its encoding is told on stderr. Raises Failure."""
    import sys

    from losi.errors import Failure

    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}", "check the path") from error
    text, guessed = text_of(data, path)
    tell_guess(path, guessed)
    return text


def text_of(data: bytes, path: Path) -> tuple[str, str]:
    """The text of what a file held, and its encoding where that was guessed. Raises Failure for what is no text."""
    from losi.errors import Failure

    text, guessed = decoded(data)
    if _is_binary(text):
        raise Failure(f"{path} is not a text file", "save the list as CSV in UTF-8")
    return text, guessed


def _is_binary(text: str) -> bool:
    """Whether what was decoded is no writing: of its first characters some are controls that no text holds."""
    head = text[:_HEAD]
    return sum(character in _CONTROLS for character in head) > len(head) * _STRAY


def tell_guess(path: Path, encoding: str) -> None:
    """Tell on stderr how a file was read whose encoding was guessed (empty: it was not)."""
    if encoding:
        look = "look whether the names are right, or save it as UTF-8 and import it again"
        click.echo(f"losi: {path} does not tell its encoding, taken as {encoding}; {look}", err=True)


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and its encoding where that was guessed (empty where the file says it, or it is UTF-8)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), ""
    if wide := _wide(data[:400]):
        return data.decode(wide, "replace"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        encoding = _guessed(data)
    return data.decode(encoding, "replace"), encoding


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: the half of what is written in any language's CSV that are separators has NULs."""
    if head[1::2].count(0) > len(head) / 8:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > len(head) / 8 else ""


def _guessed(data: bytes) -> str:
    """The code page that the countries of the addresses write, if the text is in it, else what the letters look like.

    A short list of bare names tells too little by its letters: those of Korea pass for Chinese.
    """
    seen, usual = _by_letters(data), _by_addresses(data)
    for page in sorted(usual, key=lambda page: page != seen):
        try:
            data.decode(page)
        except UnicodeDecodeError:
            continue
        return page
    return seen


def _by_letters(data: bytes) -> str:
    import cchardet

    found = (cchardet.detect(data)["encoding"] or "").upper()
    encoding = _PLAIN.get(found) or (found if found.startswith(_SCRIPTS) else "windows-1252")
    try:
        b"".decode(encoding)
    except LookupError:
        return "windows-1252"
    return encoding.lower()


def _by_addresses(data: bytes) -> Sequence[str]:
    """The code pages of the country that most of the lines name whose letters are beyond ASCII; none if it has none."""
    beyond = [line for line in data.splitlines() if not line.isascii()]
    countries = Counter(found.lower().decode() for line in beyond for found in _COUNTRY.findall(line))
    return next((_pages().get(country, ()) for country, _ in countries.most_common(1)), ())


@cache
def _pages() -> Mapping[str, Sequence[str]]:
    """Country, as addresses end, to its code pages."""
    with (files("losi") / "data" / "code_pages.toml").open("rb") as file:
        pages: Mapping[str, Sequence[str]] = tomllib.load(file)["pages"]
    return pages
