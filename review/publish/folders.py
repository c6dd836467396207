"""A folder of files that belong together: all of an export take their places, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def written_whole(folder: Path, earlier: Callable[[Path], Iterable[Path]] = lambda _: ()) -> Iterator[Path]:
    """Where to write the files of `folder`; they move there at the end, so that an export that fails leaves those of an
    earlier one. What `earlier` finds of that one then, and was not written anew, is taken away. Raises OSError, which
    names `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".losi-", dir=folder) as draft:
            yield Path(draft)
            placed = _move(Path(draft), folder)
        for path in set(earlier(folder)) - placed:
            path.unlink()
    except OSError as error:
        error.filename = str(folder)
        raise


def _move(draft: Path, folder: Path) -> set[Path]:
    """The places that the files took."""
    places = {path: folder / path.relative_to(draft) for path in draft.rglob("*") if path.is_file()}
    for path, place in places.items():
        place.parent.mkdir(exist_ok=True)
        path.replace(place)
    return set(places.values())
