"""A folder of files that belong together: all of an export take their places, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Where to write the files of `folder`; they move there at the end, so that an export that fails leaves those of an
    earlier one. Raises OSError, which names `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".losi-", dir=folder) as draft:
            yield Path(draft)
            _move(Path(draft), folder)
    except OSError as error:
        error.filename = str(folder)
        raise


def _move(draft: Path, folder: Path) -> None:
    for path in [path for path in draft.rglob("*") if path.is_file()]:
        place = folder / path.relative_to(draft)
        place.parent.mkdir(exist_ok=True)
        path.replace(place)
