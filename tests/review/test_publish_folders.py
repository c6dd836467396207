"""An export into a folder that fails leaves what an earlier one wrote, as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from review.publish.atlas import write_atlas
from review.publish.dataset import write_dataset
from review.publish.scope import Scope, scope_of
from tests.full_disk import full_at
from tests.review.conftest import World

Write = Callable[[Session, Scope, Path], object]


@pytest.mark.parametrize("kind", ["dataset", "atlas"])
def test_an_export_that_fails_leaves_the_earlier_one(small: World, tmp_path: Path, kind: str) -> None:
    small.run(said={"info.news": "present"})
    writers: dict[str, Write] = {
        "dataset": lambda session, scope, folder: write_dataset(session, scope, folder, "csv", small.clock()),
        "atlas": lambda session, scope, folder: write_atlas(session, scope, folder, small.clock()),
    }
    folder = tmp_path / "out"

    def write() -> dict[Path, bytes]:
        with small.database.reader() as session:
            writers[kind](session, scope_of(session, None, date(2027, 3, 1)), folder)
        return files()

    def files() -> dict[Path, bytes]:
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    first = write()
    small.clock.pass_(days=1)
    small.run("https://other.example/")
    with pytest.raises(OSError, match="File too large") as told, full_at(6_000):
        write()
    assert told.value.filename == str(folder)
    assert files() == first
    assert write() != first
    assert not list(folder.glob(".*"))
