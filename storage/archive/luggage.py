"""What a run leaves in the data folder, its archive and its pictures, and how far two copies of it have come."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SCRATCH = ".part"
"""How the name of a copy ends that is under way."""
_WARC = ".warc.gz"


def run_name(number: int) -> str:
    """The folder of a run's archive, relative to the data folder: `archive/run-000123`."""
    return f"archive/run-{number:06d}"


def run_number(name: str) -> int:
    """The number of the run of an archive folder's name; 0 for the name of something else."""
    number = name.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def is_taken(data_dir: Path, number: int) -> bool:
    """Whether an archive or pictures of a run of this number are in the data folder."""
    name = run_name(number)
    return (data_dir / name).exists() or (data_dir / pictures_name(name)).exists()


def pictures_name(name: str) -> str:
    """The folder of a run's pictures from that of its archive, both relative to the data folder:
    `screenshots/run-000123` for `archive/run-000123`."""
    return f"screenshots/{name.rpartition('/')[2]}"


def sizes_in(folder: Path) -> dict[str, int]:
    """The files below a folder with their bytes, without copies under way; empty if there is no such folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(SCRATCH))
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def is_further(archive: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether an archive holds records that another copy of it lacks. Archives only grow, so lengths tell."""
    return any(size > other.get(inner, 0) for inner, size in archive.items() if inner.endswith(_WARC))


def unsent(archive: Mapping[str, int], there: Mapping[str, int]) -> list[str]:
    """The files of an archive that a place lacks; an index is sent each time, as it may change in the same length."""
    return [inner for inner, size in archive.items() if there.get(inner) != size or not inner.endswith(_WARC)]


def unlike(pictures: Mapping[str, int], others: Mapping[str, int]) -> list[str]:
    """The pictures that others lack, or have in another length."""
    return [inner for inner, size in pictures.items() if others.get(inner) != size]
