"""Features told by two topics in one place: the data, what a lexicon covers by them, and the vocabulary beside."""

from __future__ import annotations

from importlib import import_module

import pytest

from detectors import registry
from detectors.composite import GROUPS, SECTORS, ComposedDetector
from detectors.compositions import composed_of, compositions
from detectors.inspector import Inspector
from detectors.lexicon import BESIDE, GENERAL, OPENINGS, LexiconError, parse
from detectors.lexicon_set import LexiconSet, bundled
from detectors.packaged import data
from detectors.promise import promises
from survey.features import features
from survey.questionnaire import load

MODULES = (
    "engagement", "geography", "groups", "national_services", "open_data", "sectors", "strategies", "transactions",
)  # fmt: skip
DETECTORS = [cls for name in MODULES for cls in import_module(f"detectors.builtin.{name}").DETECTORS]
TOLD = {feature for cls in DETECTORS for feature in cls.features}
HEAD = 'language = "en"\nname = "English"\n[general]\n' + "".join(f"{name} = []\n" for name in GENERAL)


def test_every_composed_feature_is_told_by_known_names() -> None:
    known = {f"general.{name}" for name in (*GENERAL, *BESIDE)} | {f"opening.{name}" for name in OPENINGS}
    known |= set(features())
    for feature, ways in compositions().items():
        assert feature in features(), feature
        assert all(len(way) >= 2 for way in ways), feature
        assert {name.text for way in ways for part in way for name in part} <= known, feature


def test_every_composed_detector_has_compositions() -> None:
    composed = [cls for cls in DETECTORS if issubclass(cls, ComposedDetector)]
    assert composed
    assert [cls.__name__ for cls in composed for feature in cls.features if feature not in compositions()] == []


def test_sectors_and_groups_are_those_of_the_data() -> None:
    assert set(data("compositions")["sectors"]) == set(SECTORS)
    assert set(data("compositions")["groups"]) == set(GROUPS)
    assert OPENINGS == SECTORS


def test_a_part_without_words_leaves_the_feature_untold() -> None:
    assert "consultation.youth" in composed_of({"general.youth", "general.consultation"})
    assert "consultation.youth" not in composed_of({"general.youth", "participation.outcomes"})


def test_a_lexicon_covers_what_its_words_compose() -> None:
    words = '[beside]\nyouth = ["young people"]\nconsultation = ["public consultation"]\n'
    found = parse(HEAD + words, "en.toml")
    assert "consultation.youth" in found.features
    assert "consultation.women" not in found.features
    assert not any(feature.startswith("general.") for feature in found.features)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('[beside]\nyoung = ["x"]\n', "does not know"),
        ('[beside]\nyouth = "x"\n', "must be a list"),
        ('[beside]\nyouth = ["--"]\n', "is no term"),
        ('[openings]\nyouth = ["x*"]\n', "does not know"),
        ('[openings]\nhealth = "x*"\n', "must be a list"),
        ('[openings]\nhealth = ["*"]\n', "is no term"),
    ],
)
def test_a_broken_list_beside_is_refused(words: str, said: str) -> None:
    with pytest.raises(LexiconError, match=said):
        parse(HEAD + words, "en.toml")


ASKED = sorted(TOLD & set(load("osi-2024").features))
COVERED = (
    "ar az be bg bn bs ca cs da de el en es et fa fi fr he hi hr hu hy id it ja ka kk ko lt lv mk ms nl no pl pt ro ru "
    "sk sl sq sr-Cyrl sr-Latn sv sw th tr uk uz vi zh-Hans zh-Hant"
).split()


@pytest.mark.parametrize("language", COVERED)
def test_the_larger_languages_have_words_for_what_the_national_questionnaire_asks(language: str) -> None:
    found = bundled().get(language)
    assert found is not None
    assert [feature for feature in ASKED if feature not in found.features] == []


@pytest.mark.parametrize(
    ("language", "label", "feature"),
    [
        ("en", "Ministry of Health", "ministry.health"),
        ("de", "Gesundheitsministerium", "ministry.health"),
        ("ja", "法務省", "ministry.justice"),
        ("sv", "Utbildningsdepartementet", "ministry.education"),
        ("es", "Ministerio de Trabajo", "ministry.employment"),
        ("en", "Mayor visits health workers", ""),
        ("en", "Council of Education", ""),
        ("de", "Gesundheit", ""),
    ],
)
def test_a_ministry_is_told_by_its_name_or_by_words_for_one(language: str, label: str, feature: str) -> None:
    html = f'<html lang="{language}"><body><nav><a href="/x">{label}</a></nav></body></html>'
    inspector = Inspector.default()
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html; charset=utf-8")
    told = {o.feature for o in inspector.inspect(page) if o.is_proof and o.feature.startswith("ministry.")}
    assert told == ({feature} if feature else set())


def told(language: str, label: str, inspector: Inspector | None = None) -> set[str]:
    """The composed features of the sectors that a link of this label proves."""
    html = f'<html lang="{language}"><body><nav><a href="/x">{label}</a></nav></body></html>'
    inspector = inspector or Inspector.default()
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html; charset=utf-8")
    families = {"sector_policy", "expenditure", "mobile_service", "open_data", "service", "consultation"}
    return {o.feature for o in inspector.inspect(page) if o.is_proof and o.feature.split(".")[0] in families}


@pytest.mark.parametrize(
    ("language", "label", "feature"),
    [
        ("de", "Gesundheitsstrategie", "sector_policy.health"),
        ("de", "Landesumweltgesetz", "sector_policy.environment"),
        ("de", "Bildungs- und Forschungspolitik", "sector_policy.education"),
        ("de", "Gesundheits-App", "mobile_service.health"),
        ("de", "Bildungshaushalt", "expenditure.education"),
        ("nl", "Gezondheidsbeleid", "sector_policy.health"),
        ("sv", "Skollagen", "sector_policy.education"),
        ("da", "Miljøpolitik", "sector_policy.environment"),
        ("no", "Helsebudsjett", "expenditure.health"),
        ("is", "Menntastefna til 2030", "sector_policy.education"),
        ("fi", "Terveysstrategia", "sector_policy.health"),
        ("et", "Hariduseelarve", "expenditure.education"),
        ("hu", "Nemzeti egészségügyi stratégia", "sector_policy.health"),
        ("ko", "환경법", "sector_policy.environment"),
    ],
)
def test_one_word_may_tell_two_topics(language: str, label: str, feature: str) -> None:
    assert feature in told(language, label)


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de", "Schuldenstrategie"),  # begins with "Schul", where no strategy begins
        ("de", "Zusammenarbeitsgesetz"),  # holds "Arbeits", but does not begin with it
        ("de", "Bildungsurlaub und Haushaltshilfe"),
        ("de", "Gesundheitsportal"),  # a service is not told by a compound
        ("de", "Klimabudget"),  # a budget of tonnes
        ("sv", "Arbetslag"),
        ("fi", "Ympäristölakimies"),
        ("et", "Haridusseltskond"),
        ("ko", "교육방법"),
    ],
)
def test_an_opening_says_nothing_where_the_other_topic_does_not_meet_it(language: str, label: str) -> None:
    assert told(language, label) == set()


def test_an_opening_tells_neither_a_feature_nor_a_promise_of_its_own() -> None:
    words = '[openings]\nhealth = ["health*"]\n'
    inspector = Inspector(registry.load(), LexiconSet({"en": parse(HEAD + words, "en.toml")}))
    html = '<html lang="en"><body><nav><a href="/x">Healthcentre</a></nav></body></html>'
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html; charset=utf-8")
    assert {o.feature for o in inspector.inspect(page)} <= {"technology.findability", "technology.mobile"}
    assert [promise.features for promise in promises(page)] == [()]
    assert parse(HEAD + words, "en.toml").features == frozenset()
