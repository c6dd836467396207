"""Opens a file that came back, after a look at what it is: no other format, not damaged, not a bomb."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from review.errors import Refused

MAX_UNPACKED = 256_000_000
"""Bytes of XML that a workbook may unpack to; a cycle of 193 portals needs a fifth of it."""
MAX_RATIO = 300
"""How much XML may shrink in the file; sheets of ours shrink to about a tenth."""
MAX_MEMBERS = 50_000
_SMALL = 5_000_000
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """The workbook, to be read row by row, with formulas as such; raises `Refused`, whatever is wrong with the file.

    A parser of foreign files may fail in any way, also while rows are read: each way is refused alike.
    """
    try:
        _look(path)
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except Refused:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise Refused(f"cannot read {path}: {error.strerror}") from error
        raise Refused(
            f"{path} is damaged or cut short ({type(error).__name__}: {' '.join(str(error).split())[:200]})",
            "ask for the file again, or save it anew as .xlsx",
        ) from error


def _look(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLE:
        raise Refused(f"{path} is an old .xls workbook, or locked with a password", "save it as .xlsx without password")
    if not start.startswith(_ZIP):
        raise Refused(f"{path} is no .xlsx workbook", "save it as .xlsx; .csv and .ods are not taken")
    try:
        with ZipFile(path) as zipped:
            members = zipped.infolist()
    except BadZipFile as error:
        raise Refused(f"{path} is damaged or cut short", "ask for the file again") from error
    if not any(member.filename == "[Content_Types].xml" for member in members):
        raise Refused(f"{path} is a ZIP file, but no .xlsx workbook", "save it as .xlsx; .ods is not taken")
    # Pictures are never unpacked here.
    xml = [member for member in members if member.filename.lower().endswith((".xml", ".rels", ".vml"))]
    size, packed = sum(member.file_size for member in xml), sum(member.compress_size for member in xml)
    if len(members) > MAX_MEMBERS or size > MAX_UNPACKED or (size > _SMALL and size > MAX_RATIO * packed):
        raise Refused(f"{path} would unpack to {size // 1_000_000} MB: this is no workbook of ours")
