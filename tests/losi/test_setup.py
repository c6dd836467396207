"""The set-up scripts are sound, and every dependency is pinned to a version that the project accepts."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (*(f"scripts/setup{part}.sh" for part in ("", "_apt", "_browser", "_replay", "_validator")), ".ci/run")


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()]
    texts = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return [Requirement(text) for text in chain(texts, *groups)]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_a_dependency_is_pinned_to_a_version_that_the_project_accepts(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_pins_name_neither_index_nor_host() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"#.*|[a-z0-9-]+==[\w.+!]+", line) for line in text.splitlines())
    assert "://" not in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_valid_shell(name: str) -> None:
    shell = "bash" if name == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / name)], check=False).returncode == 0


def test_make_tells_its_targets() -> None:
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("check", "test", "lint", "clean", "bench"):
        assert f"make {target} " in done.stdout
