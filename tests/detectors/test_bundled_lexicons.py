"""Every bundled lexicon keeps the format's promises; what a file lacks is named language by language."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from detectors.lexicon import GENERAL, KEEPS_DIACRITICS, Lexicon, Term
from detectors.lexicon_set import bundled
from detectors.normalise import normalise
from detectors.readings import read_text
from survey.features import features
from survey.questionnaire import load

NOT_TOLD_BY_WORDS = {
    "contact.responsiveness", "contact.reply_quality", "technology.findability", "technology.browser_compatibility",
    "technology.markup_validity", "technology.css_validity", "technology.mobile", "technology.accessibility",
    "technology.https", "language.foreign",
}  # fmt: skip
REQUIRED = {
    *load("losi-2024").features, "policy.accessibility_statement", "policy.cookies", "policy.terms",
} - NOT_TOLD_BY_WORDS  # fmt: skip
SHARED = [
    {"service.tax_filing", "payment.fees"},
    {"policy.privacy", "policy.terms"},
    {"participation.feedback", "satisfaction.method"},
    {"support.helpdesk_phone", "participation.report_issue"},
    {"participation.announcements", "participation.deliberation"},
]
"""Features that may claim the same strong term: the tie-breaks of the labelling guidelines."""

LANGUAGES = bundled().languages


@pytest.fixture(params=LANGUAGES)
def lexicon(request: pytest.FixtureRequest) -> Lexicon:
    return shipped(request.param)


def shipped(language: str) -> Lexicon:
    found = bundled().get(language)
    assert found is not None, bundled().problems
    return found


def terms(lexicon: Lexicon, *roles: str) -> list[Term]:
    """Terms of features in these roles."""
    return [t for t in lexicon.terms if t.role in roles and not t.feature.startswith(("general.", "opening."))]


def openings(lexicon: Lexicon) -> list[Term]:
    """What compounds begin with."""
    return [t for t in lexicon.terms if t.feature.startswith("opening.")]


def starred(text: str, lexicon: Lexicon) -> str:
    """The normal form of a term, its stars kept in their places."""
    return "*".join(normalise(f"x{piece}x", lexicon.fold)[1:-1] for piece in text.split("*"))


def test_every_file_is_named_for_its_language() -> None:
    assert "en" in LANGUAGES
    loaded = {code: bundled().get(code) for code in LANGUAGES}
    assert bundled().problems == []
    assert {code: found.language if found else "" for code, found in loaded.items()} == {
        code: code for code in LANGUAGES
    }


def test_every_feature_told_by_words_has_words(lexicon: Lexicon) -> None:
    covered = {term.feature for term in terms(lexicon, "strong", "weak")}
    assert sorted(REQUIRED - covered) == []


def test_only_known_features_are_named(lexicon: Lexicon) -> None:
    assert sorted({term.feature for term in terms(lexicon, "strong", "weak", "not", "url")} - set(features())) == []


def test_every_general_list_has_words(lexicon: Lexicon) -> None:
    filled = {term.feature.removeprefix("general.") for term in lexicon.terms if term.feature.startswith("general.")}
    assert sorted(set(GENERAL) - filled) == []


def test_no_term_is_strong_in_two_features(lexicon: Lexicon) -> None:
    claims: dict[str, set[str]] = defaultdict(set)
    for term in terms(lexicon, "strong"):
        claims[normalise(term.text, lexicon.fold) + "*" * term.text.count("*")].add(term.feature)
    double = {text: sorted(by) for text, by in claims.items() if len(by) > 1 and by not in SHARED}
    assert double == {}


def test_no_term_is_both_strong_and_weak_in_a_feature(lexicon: Lexicon) -> None:
    strong = {(term.feature, starred(term.text, lexicon)) for term in terms(lexicon, "strong")}
    assert sorted(t.text for t in terms(lexicon, "weak") if (t.feature, starred(t.text, lexicon)) in strong) == []


def test_foreign_terms_have_a_gloss_and_english_ones_none(lexicon: Lexicon) -> None:
    if lexicon.language == "en":
        assert [t.text for t in terms(lexicon, "strong", "weak", "not", "url") if t.gloss] == []
    else:
        assert [t.text for t in terms(lexicon, "strong", "weak", "not") if not t.gloss.strip()] == []


JOINED = frozenset(("ar", "he", "fa", "ur", "ja", "ko", "zh", "th", "km", "my", "lo"))
"""Languages that write words, articles or prepositions together, so that terms match inside of words."""


def words(text: str, lexicon: Lexicon) -> set[str]:
    """Normal forms of the words of a term, stars removed."""
    return set(normalise(text.replace("*", ""), lexicon.fold).split())


def could_touch(phrase: str, claimed: tuple[str, bool], lexicon: Lexicon) -> bool:
    """Whether a word of a denied phrase may hold or be a claimed word; `claimed` says if letters may come before it."""
    word, open_start = claimed
    if open_start or lexicon.language.split("-")[0] in JOINED:
        return phrase in word or word in phrase
    return (phrase.startswith(word) or word.startswith(phrase)) and (min(len(phrase), len(word)) > 2 or phrase == word)


def ends_of_compounds(phrases: set[str], lexicon: Lexicon) -> set[str]:
    """The words, and what is left of them behind the opening of a compound."""
    begin = [normalise(t.text.replace("*", ""), lexicon.fold) for t in openings(lexicon)]
    return phrases | {phrase.removeprefix(start) for phrase in phrases for start in begin if phrase != start}


@cache
def claimed_words(lexicon: Lexicon) -> dict[str, set[tuple[str, bool]]]:
    """By feature the words of its strong and weak terms, and whether letters may come before them."""
    claimed: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for term in terms(lexicon, "strong", "weak"):
        for raw in term.text.split():
            claimed[term.feature] |= {(word, raw.startswith("*")) for word in words(raw, lexicon)}
    return claimed


def test_what_is_denied_could_have_counted(lexicon: Lexicon) -> None:
    """A `not` phrase that shares no word or stem with a strong or weak term of its feature, be it English, denies
    nothing."""
    own, english = claimed_words(lexicon), claimed_words(shipped("en"))
    idle = [
        f"{term.feature}: {term.text}"
        for term in terms(lexicon, "not")
        if not any(
            could_touch(phrase, other, lexicon)
            for phrase in ends_of_compounds(words(term.text, lexicon), lexicon) | set(normalise(term.text).split())
            for other in own.get(term.feature, set()) | english.get(term.feature, set())
        )
    ]
    assert idle == []


def test_a_denied_phrase_does_not_silence_a_strong_term_altogether(lexicon: Lexicon) -> None:
    denied = {(t.feature, normalise(t.text, lexicon.fold)) for t in terms(lexicon, "not")}
    assert (
        sorted(
            t.text for t in terms(lexicon, "strong", "weak") if (t.feature, normalise(t.text, lexicon.fold)) in denied
        )
        == []
    )


def test_no_term_is_denied_wherever_it_stands(lexicon: Lexicon) -> None:
    idle = []
    for term in terms(lexicon, "strong", "weak"):
        reading = read_text(lexicon, term.text.replace("*", "x"))
        if all(found.feature != term.feature for _, _, found, _ in reading.terms):
            idle.append(f"{term.feature}: {term.text}")
    assert idle == []


def test_url_terms_are_slugs(lexicon: Lexicon) -> None:
    assert [
        t.text for t in terms(lexicon, "url") if " " in t.text or t.text != t.text.lower() or not t.text.isascii()
    ] == []


def test_terms_are_longer_than_a_stub(lexicon: Lexicon) -> None:
    """A stem of three letters before `*` matches unrelated words."""
    stubs = [
        f"{t.feature}: {t.text}"
        for t in (*terms(lexicon, "strong", "weak", "url"), *openings(lexicon))
        if "*" in t.text
        and " " not in t.text
        and normalise(t.text).isascii()
        and len(normalise(t.text.replace("*", ""))) < 4
    ]
    assert stubs == []


def test_every_term_finds_itself(lexicon: Lexicon) -> None:
    lost = []
    for term in terms(lexicon, "strong", "weak", "not"):
        text = normalise(term.text.replace("*", "x"), lexicon.fold)
        matcher = lexicon.denials if term.role == "not" else lexicon.words
        if not any(found is term for *_, found in matcher.find(text)):
            lost.append(f"{term.feature}: {term.text}")
    assert lost == []


def test_only_vietnamese_keeps_its_marks() -> None:
    loaded = [bundled().get(code) for code in LANGUAGES]
    assert {found.language for found in loaded if found and not found.fold} <= set(KEEPS_DIACRITICS)
