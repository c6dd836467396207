"""Screenshots for the cells of a workbook: small, and in a format that every spreadsheet program shows."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

SIZE = (320, 200)
"""The most that a picture measures, in pixels."""
_PIXELS = 60_000_000


def thumbnail(file: Path) -> BytesIO | None:
    """The picture as JPEG of at most `SIZE`; None if the file is gone or is no picture."""
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > _PIXELS:
                return None
            picture.thumbnail(SIZE)
            made = BytesIO()
            picture.convert("RGB").save(made, "JPEG", quality=75, optimize=True)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return None
    made.seek(0)
    return made
