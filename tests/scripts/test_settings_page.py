"""The settings reference tells every environment variable that the product, its set-up and its deployment read."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from losi.cli import main
from review.settings import ReviewSettings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("survey", "storage", "detectors", "spiders", "crawler", "review", "losi")
WRITTEN = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")


@pytest.fixture
def build_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "scripts" / "build_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names_in_the_code() -> set[str]:
    """String constants of the packages that are a variable's name and nothing else."""
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    values = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {value for value in values if value.startswith("LOSI_") and value.isupper() and not value.endswith("_")}


def options(command: click.Command) -> Iterator[click.Parameter]:
    yield from command.params
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from options(below)


def test_every_variable_in_the_code_is_told() -> None:
    found = names_in_the_code()
    assert found >= {"LOSI_DATA", "LOSI_AXE", "LOSI_VNU", "LOSI_CHROMIUM", "LOSI_DEBUG"}
    assert [name for name in sorted(found) if f"| `{name}` |" not in WRITTEN] == []


def test_every_variable_of_an_option_is_told() -> None:
    found = {option.envvar for option in options(main) if isinstance(option.envvar, str)}
    assert found >= {"LOSI_ARCHIVES", "LOSI_BROWSER", "LOSI_VALIDITY", "LOSI_DB", "LOSI_CONTACT"}
    assert [name for name in sorted(found) if f"| `{name}` |" not in WRITTEN] == []


@pytest.mark.parametrize("name", list(ReviewSettings.model_fields))
def test_every_setting_of_the_review_app_is_told(name: str) -> None:
    assert f"| `LOSI_REVIEW_{name.upper()}` |" in WRITTEN


@pytest.mark.parametrize("change", [{"LOSI_AXE": None}, {"LOSI_NOBODY_READS": "Nothing."}])
def test_a_meaning_that_lacks_or_is_of_no_use_stops_the_build(
    build_docs: ModuleType, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None]
) -> None:
    told = {name: text for name, text in {**build_docs.OTHERS, **change}.items() if text is not None}
    monkeypatch.setattr(build_docs, "OTHERS", told)
    with pytest.raises(LookupError, match=next(iter(change))):
        build_docs.settings_page()
