"""What an extension adds to the words: further terms, lexicons, and detectors of its features."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from detectors import registry
from detectors.inspector import Inspector
from detectors.lexicon_set import bundled, installed, lexicon_prints
from detectors.topic import TopicDetector
from survey.extension import VARIABLE

Write = Callable[..., Path]

FEATURES = "key,title,counts_as_yes,told_by\nleisure.pools,Pools,Hours,topic\nservice.stall,Stall,Online,service\n"
WORDS = """
language = "en"
[features."leisure.pools".strong]
"swimming pool*" = ""
[features."service.stall".weak]
"market stall" = ""
"""


class PoolsByMap(TopicDetector):
    """Pools on a map, as a plug-in sees them."""

    name = "pools-by-map"
    features = ("leisure.pools",)


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the lexicon of a language into an extension that is in use."""

    def write(text: str = WORDS, language: str = "en") -> Path:
        (tmp_path / "features.csv").write_text(FEATURES, encoding="utf-8")
        (tmp_path / "lexicons").mkdir(exist_ok=True)
        (tmp_path / "lexicons" / f"{language}.toml").write_text(text, encoding="utf-8")
        monkeypatch.setenv(VARIABLE, str(tmp_path))
        return tmp_path

    return write


def seen(body: str) -> dict[str, float]:
    """The strength of what is seen of each feature on a page in English."""
    inspector = Inspector.default()
    html = f"<html lang=en><body>{body}<p>The council informs the residents of the city about its work.</p>"
    found = inspector.inspect(inspector.page("https://city.example/", html.encode(), content_type="text/html"))
    strengths: dict[str, float] = {}
    for observation in found:
        strengths.setdefault(observation.feature, observation.strength)
    return strengths


def test_words_alone_make_the_detector_of_a_topic(extension: Write) -> None:
    assert "leisure.pools" not in seen("<nav><a href=/p>Swimming pools</a></nav>")
    extension()
    assert seen("<nav><a href=/p>Swimming pools</a></nav>")["leisure.pools"] >= 0.5
    assert registry.load().of_feature("leisure.pools")[0].name == "leisure.pools"


def test_a_service_of_ones_own_is_proved_by_the_act_and_not_by_its_name(extension: Write) -> None:
    extension()
    assert seen("<nav><a href=/p>Market stall</a></nav>")["service.stall"] < 0.5
    assert seen("<nav><a href=/p>Apply online: market stall</a></nav>")["service.stall"] >= 0.5


def test_a_plug_in_goes_before_the_words(extension: Write) -> None:
    extension()
    point = EntryPoint("pools", f"{__name__}:PoolsByMap", registry.GROUP)
    assert [each.name for each in registry.load([point]).of_feature("leisure.pools")] == ["pools-by-map"]


def test_bundled_words_stay_beside_those_that_are_added(extension: Write) -> None:
    extension()
    found = seen("<nav><a href=/b>Municipal budget</a><a href=/p>Swimming pools</a></nav>")
    assert min(found["budget.publication"], found["leisure.pools"]) >= 0.5


def test_words_of_the_extension_go_before_the_bundled_ones(extension: Write) -> None:
    menu = "<nav><a href=/b>Municipal budget</a></nav>"
    assert seen(menu)["budget.publication"] >= 0.5
    extension('language = "en"\n[features."budget.publication".not]\n"municipal budget" = ""\n')
    assert seen(menu).get("budget.publication", 0.0) < 0.5


@pytest.mark.parametrize("said", ["municipal budget", "Municipal BUDGET", "municipal-budget", "Municipál budget"])
def test_however_they_are_written(extension: Write, said: str) -> None:
    link = "<nav><a href=/p>Here you find the municipal budget of our town and much else</a></nav>"
    assert seen(link)["budget.publication"] >= 0.5
    extension(f'language = "en"\n[features."budget.publication".weak]\n"{said}" = ""\n')
    assert seen(link).get("budget.publication", 0.0) < 0.5


@pytest.mark.parametrize(("role", "left"), [("strong", ["strong", "url"]), ("url", ["url", "weak"]), ("not", ["not"])])
def test_words_for_labels_leave_those_of_addresses(extension: Write, role: str, left: list[str]) -> None:
    extension(f'language = "es"\n[features."budget.publication".{role}]\n"presupuesto" = "budget"\n', "es")
    lexicon = installed().get("es")
    assert lexicon is not None
    wanted = ("budget.publication", "presupuesto")
    assert sorted(term.role for term in lexicon.terms if (term.feature, term.text) == wanted) == left


def test_words_of_an_unknown_feature_are_told_and_the_lexicon_stays(extension: Write) -> None:
    extension(WORDS.replace("leisure.pools", "leisure.pool"))
    found = seen("<nav><a href=/b>Municipal budget</a><a href=/p>Swimming pools</a></nav>")
    assert "leisure.pools" not in found
    assert found["budget.publication"] >= 0.5
    (problem,) = installed().problems
    assert "en.toml: no such feature: leisure.pool;" in problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language = ", "not valid TOML"),
        (WORDS.replace('"en"', '"fr"'), "says that its language is 'fr'"),
        (WORDS.replace('"leisure.pools"', "leisure.pools"), "the name of a feature stands in quotation marks"),
        (WORDS + "[general]\nonline = []\n", "unknown ['general']"),
    ],
)
def test_a_broken_file_of_words_is_told(extension: Write, text: str, message: str) -> None:
    extension(text)
    assert installed().get("en") is not None
    assert message in installed().problems[0]


def test_a_language_without_a_lexicon_gets_a_whole_one(extension: Write) -> None:
    assert bundled().get("tlh") is None
    lists = ("online", "apply", "pay", "form", "archive", "search", "contact", "language_names")
    general = "\n".join(f'{name} = ["{name}qu"]' for name in lists)
    head = f'language = "tlh"\nname = "Klingon"\nreviewed = "2026-11-23"\n[general]\n{general}\n'
    extension(head + '[features."leisure.pools".strong]\n"bIQ" = "pool"\n', "tlh")
    found = installed().get("tlh")
    assert found is not None
    assert found.features == {"leisure.pools"}
    assert "tlh" in installed().languages


def test_added_words_change_the_print_of_their_language_alone(extension: Write) -> None:
    before = lexicon_prints(("en", "fr"))
    extension()
    after = lexicon_prints(("en", "fr"))
    assert after["en"] != before["en"]
    assert after["fr"] == before["fr"]
