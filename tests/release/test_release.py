"""Wheel and sdist hold what they must, are the same wherever they are built, and the wheel works on its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from scripts.release import build, contents, source, trial
from scripts.release.closure import ROOT, packages, project

pytest.importorskip("hatchling", reason="the build backend is not installed here: run make lint once")

IN_A_CHECKOUT = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only git tells what belongs to the source")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and sdist of the work tree."""
    return build.build(ROOT, tmp_path_factory.mktemp("dist"), source.moment())


def test_the_wheel_holds_the_product_and_nothing_else(built: tuple[Path, Path]) -> None:
    assert contents.of_wheel(built[0], ROOT, source.files()) == []


@IN_A_CHECKOUT
def test_the_sdist_holds_every_source_file(built: tuple[Path, Path]) -> None:
    assert contents.of_sdist(built[1], source.files()) == []


@IN_A_CHECKOUT
def test_no_source_file_names_a_package_registry() -> None:
    hosts = [f"{name}.org".encode() for name in ("pypi", "pythonhosted", "registry.npmjs", "repo.anaconda")]
    told = {path: (ROOT / path).read_bytes() for path in source.files()}
    assert [path for path, body in told.items() if any(host in body for host in hosts)] == []


def test_built_again_from_the_sdist_they_are_the_same(built: tuple[Path, Path], tmp_path: Path) -> None:
    assert build.differing(built, tmp_path, source.moment()) == []


def test_another_time_is_another_file(built: tuple[Path, Path], tmp_path: Path) -> None:
    assert build.differing(built, tmp_path, source.moment() + 86_400) == [path.name for path in built]


def test_the_wheel_works_outside_the_checkout(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Dependencies are those of this environment; the checkout, which it may have in a .pth file, stays out."""
    python = trial.fresh(tmp_path / "environment")
    trial.install(python, "--no-index", "--no-deps", built[0])
    dependencies = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (own,) = python.parents[1].glob("lib/python3*/site-packages")
    (own / "dependencies.pth").write_text("\n".join(dependencies))
    (tmp_path / "work").mkdir()
    answers = trial.at_work(python, tmp_path / "work", project()["version"], packages())
    assert set(answers.values()) <= {"present", "absent", "unknown", "manual", "not_applicable"}
    assert list(answers.values()).count("present") > 40


def test_a_product_that_is_not_in_the_environment_is_found_out(tmp_path: Path) -> None:
    python = trial.fresh(tmp_path / "environment")
    (python.parent / "losi").write_text(f"#!/bin/sh\necho losi {project()['version']}\n")
    (python.parent / "losi").chmod(0o755)
    (own,) = python.parents[1].glob("lib/python3*/site-packages")
    (own / "checkout.pth").write_text(str(ROOT))
    with pytest.raises(trial.TrialError, match=r"taken from elsewhere: .*survey/__init__\.py"):
        trial.at_work(python, tmp_path, project()["version"], ["survey"])


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__delitem__(name)


def with_(name: str, body: bytes = b"") -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__setitem__(name, body)


INFO = f"losi_scout-{project()['version']}.dist-info"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (with_("tests/test_docs.py"), "the wheel holds tests/test_docs.py, which is no source file"),
        (with_("conftest.py"), "the wheel holds conftest.py, which is no source file"),
        (with_("survey/__init__.py", b"x = 1"), "RECORD has another digest of survey/__init__.py"),
        (without("review/templates/card.html"), "the wheel lacks review/templates/card.html"),
        (without("losi/demo/site.warc.gz"), "the wheel holds nothing like losi/demo/site.warc.gz"),
        (without("losi/cli.py"), "the wheel lacks the module of the entry point losi.cli:main"),
        (without(f"{INFO}/licenses/LICENSE"), "the wheel lacks the licence text LICENSE"),
        (with_(f"{INFO}/WHEEL", b"Tag: cp311-cp311-linux_x86_64"), "WHEEL does not say 'Tag: py3-none-any'"),
        (with_(f"{INFO}/entry_points.txt"), "entry_points.txt does not say what pyproject.toml says"),
        (with_(f"{INFO}/METADATA", b"Metadata-Version: 2.4\nName: a b\n"), "METADATA: "),
        (with_(f"{INFO}/METADATA", b"Metadata-Version: 2.4\nName: x\nVersion: 1"), "METADATA: Name is x, not losi"),
    ],
)  # fmt: skip
def test_a_fault_of_the_wheel_is_named(
    built: tuple[Path, Path], tmp_path: Path, change: Callable[[dict[str, bytes]], None], fault: str
) -> None:
    with ZipFile(built[0]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with ZipFile(tmp_path / built[0].name, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    found = contents.of_wheel(tmp_path / built[0].name, ROOT, source.files())
    assert any(each.startswith(fault) for each in found), found


@IN_A_CHECKOUT
def test_a_file_that_the_sdist_lacks_is_named(built: tuple[Path, Path]) -> None:
    assert "the sdist lacks docs/new.md" in contents.of_sdist(built[1], [*source.files(), "docs/new.md"])


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")
def test_what_is_released_is_the_commit_and_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        for key, value in {"NAME": "a", "EMAIL": "a@b.example", "DATE": "1700000000 +0000"}.items():
            monkeypatch.setenv(f"{name}_{key}", value)
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "kept.py").write_text("1")
    (root / ".gitignore").write_text("*.pyc\n")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run(["git", *words], cwd=root, check=True)
    (root / "kept.py").write_text("2")
    (root / "stray.py").write_text("")
    (root / "kept.pyc").write_text("")
    tree = source.export(tmp_path / "tree", root)
    assert sorted(path.name for path in tree.iterdir()) == [".gitignore", "kept.py"]
    assert (tree / "kept.py").read_text() == "1"
    assert source.moment(root) == 1_700_000_000
    assert source.files(root) == {".gitignore", "kept.py", "stray.py"}
    assert [line[3:] for line in source.uncommitted(root)] == ["kept.py", "stray.py"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
    assert source.moment(root) == 5


def test_sums_are_those_that_sha256sum_checks(built: tuple[Path, Path]) -> None:
    (built[0].parent / "SHA256SUMS").write_text(build.sums(list(built)))
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=built[0].parent, check=False).returncode == 0
