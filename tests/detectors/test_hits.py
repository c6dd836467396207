"""Where terms are seen on a page, what denies them, and how much else the place says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.hits import Hit
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.page import Page

MakePage = Callable[..., Page]
BUDGET = "budget.publication"


def told(page: Page, feature: str = BUDGET) -> list[tuple[str, str, str, int]]:
    """(kind, term, role, extra words) of the hits."""
    return [(h.segment.kind, h.term.text, h.term.role, h.extra) for h in page.hits.feature(feature)]


def one(page: Page, feature: str = BUDGET) -> Hit:
    """The only hit."""
    (hit,) = page.hits.feature(feature)
    return hit


def test_every_kind_of_place(make_page: MakePage) -> None:
    page = make_page(
        "<head><title>Budget</title></head><body><h2>Budget</h2><a href=/b>Budget</a><p>Text on budget matters</p>"
        "<form><input placeholder=Budget><p>Budget form</p></form><iframe src=/f title=Budget></iframe></body>",
        lang="en",
    )
    assert {kind for kind, *_ in told(page)} == {"title", "heading", "link", "text", "control", "form", "frame"}


@pytest.mark.parametrize(
    ("label", "extra"),
    [
        ("Budget", 0),
        ("The budget of 2026", 0),
        ("Budget and finance", 1),
        ("Council debates the budget during long session", 5),
        ("budget-", 0),
    ],
)
def test_other_words_that_carry_meaning_are_counted(make_page: MakePage, label: str, extra: int) -> None:
    assert one(make_page(f"<a href=/x>{label}</a>", lang="en")).extra == extra


@pytest.mark.parametrize(("words", "extra"), [(0, 0), (1, 1), (11, 11), (30, 12)])
def test_words_of_running_text_are_counted_up_to_many(make_page: MakePage, words: int, extra: int) -> None:
    beside = "word " * words
    page = make_page(f"<p>{beside}the municipal budget {'of a 2026 ' * 20}</p>", lang="en")
    assert {h.extra for h in page.hits.feature(BUDGET) if h.term.text == "municipal budget"} == {extra}


def test_a_stem_takes_its_whole_word(make_page: MakePage) -> None:
    hits = make_page("<a href=/x>Presupuestos</a>", lang="es").hits.feature(BUDGET)
    assert [(h.term.text, h.whole) for h in hits] == [("presupuesto*", True)]


@pytest.mark.parametrize(
    "label",
    ["市長が定例記者会見で来年度の予算について語りました", "予算特別委員会の視察を受け入れた小学校の子どもたち"],
)
def test_a_sentence_without_spaces_says_more_than_its_term(make_page: MakePage, label: str) -> None:
    assert one(make_page(f"<html lang=ja><a href=/x>{label}</a>")).extra >= 2


def test_korean_words_are_words(make_page: MakePage) -> None:
    assert one(make_page("<html lang=ko><a href=/x>시장 내년 예산 관련 기자 회견 개최</a>")).extra >= 2


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("Participatory budget", 0),
        ("Participatory budgeting and the municipal budget", 2),
        ("Budget hotels nearby", 0),
        ("Budget, participatory", 1),
    ],
)
def test_a_denied_phrase_covers_its_terms_and_no_others(make_page: MakePage, label: str, count: int) -> None:
    hits = make_page(f"<a href=/x>{label}</a>", lang="en").hits.feature(BUDGET)
    assert all(label.lower()[h.start : h.end] in ("budget", "municipal budget") for h in hits)
    assert len({h.start for h in hits}) == count


def test_a_denied_stem_covers_its_word_where_letters_need_no_spaces_elsewhere(
    make_lexicons: Callable[..., LexiconSet],
) -> None:
    """Georgian stands behind the scripts that write without spaces, and writes with them."""
    words = {BUDGET: {"weak": ["ბიუჯეტი"], "not": ["ოჯახის ბიუჯეტ*"]}}
    markup = "<html lang=ka><a href=/x>ოჯახის ბიუჯეტი</a><a href=/y>ბიუჯეტი</a>".encode()
    page = Page("https://www.villa.example/", markup, lexicons=make_lexicons(ka=words))
    assert [hit.segment.number for hit in page.hits.feature(BUDGET)] == [1]


def test_a_denied_phrase_is_denied_for_its_feature_alone(make_page: MakePage) -> None:
    page = make_page("<a href=/x>Participatory budget</a>", lang="en")
    assert told(page) == []
    assert told(page, "participation.budgeting")[0][1] == "participatory budget*"


def test_a_pages_language_denies_english_words_that_it_reads_otherwise(
    make_lexicons: Callable[..., LexiconSet],
) -> None:
    """ "Visa" is Swedish for showing: the Swedish lexicon has no such word for a permit, but can deny it."""
    permit = "service.residency_permit"
    english = {permit: {"weak": ["visa"]}, BUDGET: {"weak": ["budget"]}}
    swedish = {permit: {"strong": ["uppehållstillstånd"], "not": ["visa*"]}}
    for own, seen in ((swedish, []), ({permit: {"strong": ["uppehållstillstånd"]}}, ["visa"])):
        markup = b"<html lang=sv><a href=/x>Visa budget</a>"
        page = Page("https://www.villa.example/", markup, lexicons=make_lexicons(en=english, sv=own))
        assert [text for _, text, _, _ in told(page, permit)] == seen
        assert [text for _, text, _, _ in told(page)] == ["budget"]


def test_a_term_does_not_reach_across_labels(make_page: MakePage) -> None:
    page = make_page("<a href=/x>Municipal</a><a href=/y>budget</a>", lang="en")
    assert [text for _, text, _, _ in told(page)] == ["budget"]


def test_english_is_foreign_on_a_page_in_another_language(make_page: MakePage) -> None:
    text = "<p>El ayuntamiento ofrece a los vecinos numerosos servicios y cuida las calles del municipio.</p>"
    page = make_page(f"{text}<a href=/x>Budget</a><a href=/y>Presupuesto</a>", lang="es")
    assert {(h.term.language, h.foreign) for h in page.hits.feature(BUDGET)} == {("en", True), ("es", False)}


def test_an_unread_language_is_not_covered(make_page: MakePage) -> None:
    text = "<p>Kaupunki tarjoaa asukkaille monenlaisia palveluja ja huolehtii kaduista ja aukioista.</p>"
    page = make_page(f"{text}<a href=/x>Budget</a>", lang="fi")
    assert not page.hits.covered
    assert one(page).foreign


def test_hits_of_two_languages_come_in_document_order(make_page: MakePage) -> None:
    text = "<p>El ayuntamiento ofrece a los vecinos numerosos servicios y cuida las calles del municipio.</p>"
    page = make_page(f"{text}<a href=/x>Budget</a><a href=/y>Presupuesto</a>", lang="es")
    numbers = [h.segment.number for h in page.hits.feature(BUDGET)]
    assert numbers == sorted(numbers)


def test_vietnamese_is_read_with_its_marks(make_page: MakePage) -> None:
    text = "<p>Ủy ban thành phố cung cấp nhiều dịch vụ cho người dân và chăm sóc đường phố.</p>"
    page = make_page(f"{text}<a href=/x>Ngân sách thành phố</a><a href=/y>Ngan sach thanh pho</a>", lang="vi")
    assert {h.segment.text for h in page.hits.feature(BUDGET)} == {"Ngân sách thành phố"}


def test_the_span_in_the_text_as_written(make_page: MakePage) -> None:
    hit = max(
        make_page("<a href=/x>El  «Presupuesto Municipal» 2026</a>", lang="es").hits.feature(BUDGET),
        key=lambda h: h.end,
    )
    start, end = hit.span()
    assert hit.segment.text[start:end] == "Presupuesto Municipal"


# --- marks ------------------------------------------------------------------------------------------------------------


def test_general_vocabulary_marks_its_segment(make_page: MakePage) -> None:
    page = make_page("<a href=/a>Apply online</a><a href=/b>Download the form</a><a href=/c>Budget</a>", lang="en")
    assert [page.hits.marks(s) for s in page.hits.segments if s.kind == "link"] == [
        {"apply", "online"},
        {"form"},
        set(),
    ]


def test_english_marks_count_everywhere_those_of_other_languages_at_home(make_page: MakePage) -> None:
    spanish = "<p>El ayuntamiento ofrece a los vecinos numerosos servicios y cuida las calles del municipio.</p>"
    marks = make_page(f"{spanish}<a href=/a>Cita online</a><a href=/b>Solicitar</a>", lang="es").hits
    assert [marks.marks(s) for s in marks.segments if s.kind == "link"] == [{"online"}, {"apply"}]


# --- labels -----------------------------------------------------------------------------------------------------------


def test_a_link_without_text_speaks_by_its_title(make_page: MakePage) -> None:
    assert one(make_page("<a href=/x title=Budget></a>", lang="en")).segment.text == "Budget"


def test_a_title_adds_to_a_label_that_says_nothing(make_page: MakePage) -> None:
    assert told(make_page("<a href=/x title='Municipal budget 2026'>Read more</a>", lang="en")) != []


def test_blocks_that_are_mere_link_labels_are_not_told_twice(make_page: MakePage) -> None:
    assert [kind for kind, *_ in told(make_page("<ul><li><a href=/x>Budget</a></li></ul>", lang="en"))] == ["link"]


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "extra"),
    [
        ("/budget", 0),
        ("/budget.html", 0),
        ("/en/budget/2026/", 0),
        ("/government/finance/budget", 2),
        ("/b%75dget", 0),
    ],
)
def test_words_in_the_path_of_a_link(make_page: MakePage, href: str, extra: int) -> None:
    hits = [h for h in make_page(f"<a href='{href}'>x</a>", lang="en").hits.url_hits(BUDGET) if h.segment.link]
    assert [h.extra for h in hits] == [extra]


@pytest.mark.parametrize(
    "href", ["/budgetary-rules", "/?page=home", "mailto:budget@villa.example", "#budget", "/x?y=budget"]
)
def test_addresses_that_do_not_say_it(make_page: MakePage, href: str) -> None:
    assert make_page(f"<a href='{href}'>x</a>", lang="en").hits.url_hits(BUDGET) == []


def test_the_host_counts_where_it_is_another(make_page: MakePage) -> None:
    page = make_page(
        "<a href='https://budget.villa-data.example/'>x</a><a href='https://www.villa.example/'>y</a>", lang="en"
    )
    assert [h.segment.link.url for h in page.hits.url_hits(BUDGET) if h.segment.link] == [
        "https://budget.villa-data.example/"
    ]


def test_the_address_of_the_page_itself(make_page: MakePage) -> None:
    hits = make_page("<p>x", url="https://www.villa.example/budget", lang="en").hits.url_hits(BUDGET)
    assert [h.segment.link for h in hits] == [None]


def test_links_that_stay_on_the_page_say_nothing_by_its_address(make_page: MakePage) -> None:
    page = make_page("<a href='#'>Text size</a>", url="https://www.villa.example/budget", lang="en")
    assert [hit.segment.link for hit in page.hits.url_hits(BUDGET)] == [None]


def test_weak_words_of_another_language_say_nothing_where_the_own_knows_the_word() -> None:
    spanish = "<html lang='es'><nav><a href='/1'>Adulto mayor</a><a href='/2'>Mayor</a></nav><p>%s</p></html>"
    text = "El ayuntamiento publica la información sobre los servicios que presta a la ciudadanía. " * 5
    page = Inspector.default().page("https://x.example/", (spanish % text).encode(), content_type="text/html")
    assert page.languages[0] == "es"
    english = [hit.segment.text for hit in page.hits.feature("institution.department_heads") if hit.foreign]
    assert english == ["Mayor"]
    assert {hit.segment.text for hit in page.hits.feature("info.vulnerable_groups")} == {"Adulto mayor"}
