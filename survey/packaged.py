"""Reads the data files that ship with the package."""

from __future__ import annotations

import csv
import io
import tomllib
from importlib.resources import files
from typing import Any


class SurveyDataError(ValueError):
    """A data file of the survey package contradicts itself or breaks its format."""


def read_text(name: str) -> str:
    """Return the text of `survey/data/<name>`; raise FileNotFoundError when there is no such file."""
    return files("survey").joinpath("data").joinpath(name).read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a packaged CSV file, each a mapping from column to text."""
    return list(csv.DictReader(io.StringIO(read_text(name), newline="")))


def read_toml(name: str) -> dict[str, Any]:
    """Return a packaged TOML file as nested dictionaries."""
    return tomllib.loads(read_text(name))


def stems(folder: str, suffix: str) -> tuple[str, ...]:
    """Return the sorted names, without suffix, of the packaged files in a folder of `survey/data`."""
    entries = files("survey").joinpath("data").joinpath(folder).iterdir()
    return tuple(sorted(e.name.removesuffix(suffix) for e in entries if e.name.endswith(suffix)))
