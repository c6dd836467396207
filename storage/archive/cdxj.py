"""The CDXJ index of an archive: one line a response, sorted by the key that replay tools look URLs up by."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from storage.archive.shared_key import shared_key


def cdxj_line(
    url: str, at: datetime, *, mime: str, status: int, digest: str, length: int, offset: int, filename: str
) -> str:
    """One line: key, 14-digit UTC time, and the rest as JSON with text values, as is the custom."""
    fields = {
        "url": url,
        "mime": mime,
        "status": str(status),
        "digest": digest,
        "length": str(length),
        "offset": str(offset),
        "filename": filename,
    }
    return f"{shared_key(url)} {at:%Y%m%d%H%M%S} {json.dumps(fields)}"


def write_cdxj(path: Path, lines: Iterable[str]) -> None:
    """Writes the lines to `path` in byte order, whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    ordered = sorted(line.encode("utf-8", "replace") for line in lines)
    with draft.open("wb") as file:
        file.writelines(line + b"\n" for line in ordered)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
