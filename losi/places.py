"""The place for archives that options name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losi.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.archive.place import ArchivePlace


def archive_place(url: str, pairs: Iterable[str]) -> ArchivePlace:
    """The place at `url`, with options as KEY=VALUE; numbers, true and false are read as such. Raises Misuse,
    StorageError."""
    from storage.archive.place import ArchivePlace

    if not url.strip():
        raise Misuse("no place for archives is named", "give a path, or a URL such as s3://bucket/losi")
    options: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Misuse(f"{pair!r} is not KEY=VALUE", "for example: --archives-option endpoint_url=https://s3.example")
        options[key] = _read(value)
    return ArchivePlace(url, options)


def _read(value: str) -> Any:
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isdecimal() else value
