"""What takes the place of a file keeps its links, its rights and its name, and is there at once only where asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from storage.drafts import growing_file, whole_file


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "prefill.csv"
    path.write_bytes(b"of yesterday\n")
    return path


def test_the_new_file_has_the_rights_of_the_old_one_and_of_the_shell(kept: Path) -> None:
    kept.chmod(0o640)
    before = os.umask(0o027)
    try:
        for path in (kept, kept.with_name("new.csv")):
            with whole_file(path) as stream:
                stream.write(b"new\n")
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (kept, kept.with_name("new.csv"))] == [0o640, 0o640]
    assert kept.read_bytes() == b"new\n"


def test_the_new_file_belongs_to_whom_the_old_one_did(kept: Path) -> None:
    """To the group that shares it, if the writer is in it; with root's hands to its owner, too."""
    others = [group for group in os.getgroups() if group != os.getegid()]
    owner, group = (1, 1) if os.geteuid() == 0 else (os.geteuid(), *others[:1], os.getegid())[:2]
    os.chown(kept, owner, group)
    kept.chmod(0o660)
    with whole_file(kept) as stream:
        stream.write(b"new\n")
    now = kept.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o777) == (owner, group, 0o660)


def test_a_draft_can_be_read_by_nobody_else_than_the_file(kept: Path) -> None:
    kept.chmod(0o600)
    with whole_file(kept) as stream:
        stream.write(b"new\n")
        assert {path.stat().st_mode & 0o777 for path in kept.parent.iterdir()} == {0o600}


def test_a_link_stays_one(kept: Path) -> None:
    (kept.parent / "latest.csv").symlink_to(kept.name)
    with whole_file(kept.parent / "latest.csv") as stream:
        stream.write(b"new\n")
    assert (kept.parent / "latest.csv").is_symlink()
    assert kept.read_bytes() == b"new\n"


def test_a_pipe_is_written_itself(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    with whole_file(tmp_path / "pipe") as stream:
        stream.write(b"rows\n")
    reader.join(timeout=30)
    assert read == [b"rows\n"]


def test_a_name_as_long_as_can_be(tmp_path: Path) -> None:
    with whole_file(tmp_path / ("n" * 255)) as stream:
        stream.write(b"new\n")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"new\n"


def test_rows_that_are_to_be_seen_as_they_come(kept: Path) -> None:
    with growing_file(kept) as stream:
        stream.write(b"row\n")
        stream.flush()
        assert kept.read_bytes() == b"row\n"


@pytest.mark.parametrize("write", [whole_file, growing_file])
def test_folders_are_made(tmp_path: Path, write: Callable[[Path], AbstractContextManager[BinaryIO]]) -> None:
    for words in (b"first\n", b"second\n"):
        with write(tmp_path / "a" / "b" / "rows.csv") as stream:
            stream.write(words)
    assert (tmp_path / "a" / "b" / "rows.csv").read_bytes() == b"second\n"
