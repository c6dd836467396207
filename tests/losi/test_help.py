"""Every command explains itself, quickly, and the reference pages are those of this code."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from losi.cli import main

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("scrapy", "twisted", "lxml", "sqlalchemy", "pydantic", "rich", "jinja2", "xlsxwriter", "detectors", "survey")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The reference pages, by a process of their own: commands remember by which names they were asked for help."""
    code = "import json, runpy; print(json.dumps(runpy.run_path('scripts/build_docs.py')['pages']()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    made: dict[str, str] = json.loads(done.stdout)
    return made


def names(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = command.commands.items() if isinstance(command, click.Group) else ()
    return [path, *(found for name, each in below for found in names(each, (*path, name)))]


@pytest.mark.parametrize("path", names(main), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], prog_name="losi")
    assert result.exit_code == 0
    assert re.search(r"Example:\n +losi", result.output)


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, losi.cli; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["commands.md", "features.md", "indicators.md", "detectors.md", "settings.md", "lexicons.md"]
)
def test_the_reference_is_up_to_date(pages: dict[str, str], name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == pages[name], "run `make docs`"


def commands_shown() -> list[str]:
    """Every command line in README, docs and the examples of the help that is not one of a plan."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    lines = (line.strip().removeprefix("$ ") for page in pages for line in page.read_text("utf-8").splitlines())
    return sorted({line for line in lines if re.match(r"(\.venv/bin/)?losi [a-z]", line)})


@pytest.mark.parametrize("line", commands_shown())
def test_command_lines_in_the_documentation_parse(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    context = click.Context(command)
    _, unused, _ = command.make_parser(context).parse_args(words)
    assert unused == []
