"""Documents with a known outcome: which show nothing unless their scripts run."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crawler.reading import Answer, read
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.registry import Registry

_CASES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases_shell.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", _CASES)
def test_a_page_that_needs_its_scripts(name: str) -> None:
    answer = Answer("https://villa.example/", _CASES[name]["html"].encode(), 200, "text/html", {}, None, None)
    assert read(answer, Inspector(Registry((), ()), LexiconSet({}))).shell is _CASES[name]["shell"]
