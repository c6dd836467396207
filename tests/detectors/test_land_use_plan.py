"""The land-use plan: its name is a mention, beside a consultation it is participation in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.inspector import Inspector
from detectors.observation import PROOF


@pytest.fixture(scope="module")
def strength() -> Callable[[str, str], float]:
    inspector = Inspector.default(["land-use-plan-participation"])

    def best(markup: str, lang: str) -> float:
        body = f"<!doctype html><html lang={lang}><meta charset=utf-8><body>{markup}".encode()
        page = inspector.page("https://town.example/", body, content_type="text/html")
        return max((seen.strength for seen in inspector.inspect(page)), default=0.0)

    return best


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href=/x>Public consultation on the Master Plan 2041</a>"),
        ("es", "<h2>Consulta pública: Plan de Ordenamiento Territorial</h2>"),
    ],
)
def test_beside_a_consultation_it_is_proof(strength: Callable[[str, str], float], lang: str, markup: str) -> None:
    assert strength(markup, lang) >= PROOF


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href=/x>The Master Plan of 2041 wins a prize</a>"),
        ("en", "<p>The mayor spoke at a public consultation on the budget. The master plan dates from 1990.</p>"),
    ],
)
def test_its_name_alone_is_a_mention(strength: Callable[[str, str], float], lang: str, markup: str) -> None:
    assert strength(markup, lang) < PROOF
