"""A picture cut to a card: narrow enough to lie beside a question, small enough to keep by the thousand."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

WIDTH = 640
"""Pixels of a card's width at most."""

MAX_BYTES = 60_000
_QUALITIES = (82, 70, 55, 40)
_SHRINK = 0.8


def card(png: bytes, width: int = WIDTH) -> bytes:
    """The picture as WebP of at most `width` pixels and `MAX_BYTES` bytes: quality gives way first, then size."""
    with Image.open(BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    picture = _scaled(picture, width)
    while True:
        for quality in _QUALITIES:
            data = _webp(picture, quality)
            if len(data) <= MAX_BYTES:
                return data
        picture = _scaled(picture, int(picture.width * _SHRINK))


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
