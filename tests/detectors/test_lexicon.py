"""The format of lexicon files: what is read, and with what message a faulty file is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detectors.inspector import Inspector
from detectors.lexicon import GENERAL, LexiconError, parse
from detectors.lexicon_set import LexiconSet, load_file
from detectors.registry import Registry
from detectors.topic import TopicDetector

GENERAL_LINES = "\n".join(f"{name} = []" for name in GENERAL)
HEAD = 'language = "es"\nname = "Spanish"\n'
GOOD = f"""{HEAD}[general]
{GENERAL_LINES.replace("online = []", 'online = ["en línea"]')}
[features."budget.publication".weak]
"presupuesto*" = "budget"
[features."budget.publication".strong]
"presupuesto municipal" = "municipal budget"
[features."budget.publication".not]
"presupuesto participativo" = "participatory budget"
[features."budget.publication".url]
"presupuesto" = "budget"
[features."info.news".not]
"noticias falsas" = "fake news"
"""


class Questions(TopicDetector):
    """Questions and answers."""

    name = "questions"
    features = ("support.faq",)


def test_terms_with_role_gloss_and_language() -> None:
    lexicon = parse(GOOD, "es.toml")
    assert (lexicon.language, lexicon.name, lexicon.fold) == ("es", "Spanish", True)
    assert [(t.text, t.feature, t.role, t.gloss, t.language) for t in lexicon.terms] == [
        ("en línea", "general.online", "strong", "", "es"),
        ("presupuesto municipal", "budget.publication", "strong", "municipal budget", "es"),
        ("presupuesto*", "budget.publication", "weak", "budget", "es"),
        ("presupuesto participativo", "budget.publication", "not", "participatory budget", "es"),
        ("presupuesto", "budget.publication", "url", "budget", "es"),
        ("noticias falsas", "info.news", "not", "fake news", "es"),
    ]


def test_features_are_those_with_words_for_them() -> None:
    assert parse(GOOD, "es.toml").features == {"budget.publication"}


def test_the_best_term_to_search_for() -> None:
    lexicon = parse(GOOD, "es.toml")
    assert lexicon.best_term("budget.publication") == "presupuesto municipal"
    assert lexicon.best_term("info.news") == ""


def test_the_best_term_is_a_whole_word_where_there_is_one() -> None:
    words = '[features."a.b".strong]\n"ejecuci* presup*" = "x"\n"presupuesto anual" = "y"\n'
    assert parse(f"{HEAD}[general]\n{GENERAL_LINES}\n{words}", "es.toml").best_term("a.b") == "presupuesto anual"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language = ", "es.toml: not valid TOML"),
        ('name = "Spanish"', "es.toml: `language` must be a non-empty string"),
        ("language = 5", "es.toml: `language` must be a non-empty string"),
        (f'language = "es"\n[general]\n{GENERAL_LINES}', "es.toml: `name` must be a non-empty string"),
        (HEAD, "lacks .*'apply'.*'online'"),
        (f"{HEAD}[general]\n{GENERAL_LINES}\nextra = []", r"does not know \['extra'\]"),
        (f"{HEAD}[general]\n{GENERAL_LINES.replace('pay = []', 'pay = [3]')}", "3 is no term"),
        (f'{HEAD}[general]\n{GENERAL_LINES}\n[features."a.b".stong]\n"x" = ""', r"a\.b: unknown table \['stong'\]"),
        (
            f'{HEAD}[general]\n{GENERAL_LINES}\n[features."a.b".weak]\n"x" = 1',
            r"a\.b\.weak: gloss of 'x' must be a string",
        ),
        (f'{HEAD}[general]\n{GENERAL_LINES}\n[features."a.b".weak]\n"*" = ""', r"'\*' is no term"),
        (f'{HEAD}[general]\n{GENERAL_LINES}\n[features."a.b".weak]\n"–" = ""', "'–' is no term"),
    ],
)
def test_faulty_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        parse(text, "es.toml")


def test_a_general_list_must_be_a_list() -> None:
    with pytest.raises(LexiconError, match="online"):
        parse(f"{HEAD}[general]\n" + GENERAL_LINES.replace("online = []", 'online = "web"'), "es.toml")


@pytest.mark.parametrize("rest", ["features = 3", '[features]\n"a.b" = 3', '[features."a.b"]\nstrong = ["x"]'])
def test_a_table_of_the_wrong_shape(rest: str) -> None:
    head = rest + "\n" if rest.startswith("features") else ""
    tail = "" if head else rest
    with pytest.raises(LexiconError, match=r"es\.toml"):
        parse(f"{head}{HEAD}[general]\n{GENERAL_LINES}\n{tail}", "es.toml")


def test_a_mistyped_table_is_refused() -> None:
    with pytest.raises(LexiconError, match="feature"):
        parse(f'{HEAD}[general]\n{GENERAL_LINES}\n[feature."a.b".weak]\n"x" = ""', "es.toml")


def test_a_file_is_named_in_its_errors(tmp_path: Path) -> None:
    path = tmp_path / "xx.toml"
    path.write_text('language = ""', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"xx\.toml"):
        load_file(path)
    path.write_text(GOOD, encoding="utf-8")
    assert load_file(path).language == "es"


# --- sets -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def some(make_lexicons: Callable[..., LexiconSet]) -> LexiconSet:
    return make_lexicons(**{code: {} for code in ("en", "es", "zh-Hans", "zh-Hant", "sr-Cyrl", "sr-Latn", "no")})


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("es", "es"), ("es-MX", "es"), ("zh", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("sr", "sr-Cyrl"),
        ("sr-Latn", "sr-Latn"), ("nb", "no"), ("sh", "sr-Latn"), ("fi", None), ("", None),
    ],
)  # fmt: skip
def test_the_lexicon_of_a_language(some: LexiconSet, language: str, found: str | None) -> None:
    lexicon = some.resolve(language)
    assert (lexicon.language if lexicon else None) == found
    assert some.covers(language) == (found is not None)


def test_english_is_read_besides_each_language_once(some: LexiconSet) -> None:
    def names(*languages: str) -> list[str]:
        return [lexicon.language for lexicon in some.for_languages(languages)]

    assert names("es", "es-MX") == ["es", "en"]
    assert names("en") == ["en"]
    assert names("fi", "") == ["en"]


@pytest.mark.parametrize(("language", "only"), [("sr-Latn", "sr-Cyrl"), ("sr-Cyrl", "sr-Latn"), ("zh-Hant", "zh-Hans")])
def test_another_script_is_not_covered(make_lexicons: Callable[..., LexiconSet], language: str, only: str) -> None:
    assert not make_lexicons(**{only: {}}).covers(language)


def test_a_lexicon_is_known_by_identity_not_by_its_thousands_of_terms() -> None:
    first, second = parse(GOOD, "es.toml"), parse(GOOD, "es.toml")
    assert first == first
    assert first != second
    assert len({first, second}) == 2


def files(folder: Path, **texts: str | bytes) -> LexiconSet:
    """A set that reads these files when they are needed."""
    for name, text in texts.items():
        (folder / f"{name}.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return LexiconSet({}, {name: folder / f"{name}.toml" for name in texts})


def test_a_file_is_read_when_it_is_needed_and_once(tmp_path: Path) -> None:
    found = files(tmp_path, es=GOOD, fi="language = 5")
    assert found.languages == ("es", "fi")
    first = found.resolve("es-MX")
    assert first is not None
    (tmp_path / "es.toml").unlink()
    assert found.get("es") is first
    assert found.problems == []


def test_a_broken_file_is_reported_once_and_left_out(tmp_path: Path) -> None:
    found = files(tmp_path, es=GOOD, fi="language = 5")
    assert [found.covers("fi"), found.covers("fi-FI"), found.covers("es")] == [False, False, True]
    (problem,) = found.problems
    assert problem.startswith("lexicon skipped: fi.toml")


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    found = files(tmp_path, es=GOOD.encode("latin-1"))
    assert not found.covers("es")
    assert len(found.problems) == 1


def test_a_file_of_another_language_than_its_name_is_a_problem(tmp_path: Path) -> None:
    found = files(tmp_path, fi=GOOD)
    assert not found.covers("fi")
    assert len(found.problems) == 1


@pytest.mark.parametrize("label", ["اسئلة واجوبة", "أسئلة و أجوبة"])
def test_and_in_arabic_is_read_joined_and_apart(label: str) -> None:
    text = HEAD.replace("es", "ar").replace("Spanish", "Arabic") + f"[general]\n{GENERAL_LINES}\n"
    arabic = parse(text + '[features."support.faq".strong]\n"أسئلة وأجوبة" = "questions and answers"\n', "ar.toml")
    inspector = Inspector(Registry((Questions(),), ()), LexiconSet({"ar": arabic}))
    html = f"<html lang=ar><nav><a href=/q>{label}</a></nav>".encode()
    (seen,) = inspector.inspect(inspector.page("https://city.example/", html, content_type="text/html; charset=utf-8"))
    assert (seen.feature, seen.is_proof) == ("support.faq", True)
    assert seen.quote[slice(*seen.matched[0])] == label
