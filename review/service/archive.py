"""Links to what was archived: signed and short-lived, so that the frame that shows a page needs no cookie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from sqlalchemy.orm import Session

from detectors.page.charset import decode
from review.errors import NotFound
from review.security.signing import Signer
from review.wording import N_
from storage.archive import decoded_body
from storage.archive.reader import ArchiveReader
from storage.errors import StorageError
from storage.models import Capture, Run

PURPOSE = "archived"
LIMIT = 10_000_000
"""The most of one page that is shown, in bytes."""
_HOURS = 12
_SHOWN = {"text/html": "text/html", "application/xhtml+xml": "text/html", "text/plain": "text/plain"}
_LOADING = re.compile(r"<(/?)(iframe|frame|frameset|fencedframe|portal|object|embed|applet|link)\b", re.IGNORECASE)
"""What makes a browser connect elsewhere before a policy is asked: frames, plug-ins, preconnect, DNS prefetch."""
_PICTURES = {".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Archived:
    """A page as it was received, in UTF-8 and with what loads others under another name.

    `shown` is False for what a frame cannot show safely: that is saved, as it is.
    """

    body: bytes
    content_type: str
    shown: bool
    url: str
    fetched_at: datetime


def archived_link(signer: Signer, run: int, seq: int, now: datetime) -> str:
    """The path under which a capture is shown; the same for an hour, good for twelve more."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=_HOURS + 1)
    return f"/archived/{signer.sign(PURPOSE, f'{run}-{seq}', end)}"


def archived_page(session: Session, data: Path, signer: Signer, signed: str, now: datetime) -> Archived:
    """The capture that a signed link names; raises `NotFound`."""
    run_id, _, seq = signer.read(PURPOSE, signed, now).partition("-")
    run, capture = session.get(Run, int(run_id)), session.get(Capture, (int(run_id), int(seq)))
    if run is None or run.archive is None or capture is None or capture.status is None:
        raise NotFound(N_("this page was not archived"))
    try:
        with ArchiveReader(data / run.archive / PurePosixPath(capture.file).name) as reader:
            response = reader.response(PurePosixPath(capture.file).name, capture.offset)
    except (StorageError, OSError) as error:
        raise NotFound(N_("the archive of this page cannot be read"), N_("restore the run's folder")) from error
    body = decoded_body(response.headers, response.body, LIMIT).body
    header = response.header("Content-Type") or "text/html"
    kind = _SHOWN.get(header.partition(";")[0].strip().lower())
    if kind is None:
        return Archived(body, "application/octet-stream", False, capture.url, capture.fetched_at)
    text, _ = decode(body, header)
    still = _LOADING.sub(r"<\1still-\2", text) if kind == "text/html" else text
    return Archived(still.encode("utf-8", "replace"), f"{kind}; charset=utf-8", True, capture.url, capture.fetched_at)


def picture_link(screenshot: object) -> str | None:
    """The path under which a screenshot is served, from where its run keeps it."""
    if not isinstance(screenshot, str) or not screenshot:
        return None
    parts = PurePosixPath(screenshot.replace("\\", "/")).parts[-2:]
    return f"/screenshots/{parts[0]}/{parts[1]}" if len(parts) == 2 and _plain(*parts) else None


def picture(data: Path, folder: str, name: str) -> tuple[Path, str]:
    """The file of a screenshot and its media type; raises `NotFound`, whatever tricks the name tries."""
    kind = _PICTURES.get(PurePosixPath(name).suffix.lower())
    place = data / "screenshots" / folder / name
    if kind is None or not _plain(folder, name) or not place.is_file():
        raise NotFound(N_("there is no such picture"))
    return place, kind


def _plain(*names: str) -> bool:
    return all(name.replace("-", "").replace("_", "").replace(".", "").isalnum() and name[0] != "." for name in names)
