"""The bases of content detectors: a menu entry is proof, a headline that mentions the word is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import ClassVar

import pytest

from detectors.hits import Hit
from detectors.observation import PROOF, Observation
from detectors.page import Page
from detectors.section import SectionDetector
from detectors.strengths import Strengths
from detectors.topic import OnlineServiceDetector, TopicDetector

MakePage = Callable[..., Page]


class Budget(TopicDetector):
    name = "test-budget"
    features = ("budget.publication",)


class Permit(OnlineServiceDetector):
    name = "test-permit"
    features = ("service.building_permit",)


class Fines(OnlineServiceDetector):
    name = "test-fines"
    features = ("payment.fines",)
    acts: ClassVar[tuple[str, ...]] = ("online", "pay")


class Privacy(TopicDetector):
    name = "test-privacy"
    features = ("policy.privacy",)
    text_as_proof = True


def best(detector: TopicDetector, page: Page) -> float:
    """Strength of the best sighting."""
    return max((o.strength for o in detector.observe(page)), default=0.0)


# --- topics -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<nav><a href=/x>Budget</a></nav>"),
        ("en", "<a href=/x>Municipal budget 2026</a>"),
        ("en", "<h1>Budget execution in the third quarter</h1>"),
        ("en", "<title>Municipal budget</title>"),
        ("en", "<button>Budget</button>"),
        ("en", "<a href=/budget><img src=/7.png></a>"),
        ("en", "<a href=/budget>Read more</a>"),
        ("en", "<a href=/budget><img src=/7.png></a><a href=/budget>Read more</a>"),
        ("es", "<footer><a href=/x>Presupuestos 2026</a></footer>"),
        ("es", "<a href=/x>Consulta la ejecución presupuestaria</a>"),
        ("ja", "<a href=/x>予算</a>"),
        ("ko", "<a href=/x>예산서</a>"),
        ("vi", "<a href=/x>Ngân sách thành phố</a>"),
        ("ar", "<a href=/x>الميزانية</a>"),
        ("ru", "<a href=/x>Бюджет города</a>"),
    ],
)
def test_an_entry_that_says_it_is_proof(make_page: MakePage, lang: str, markup: str) -> None:
    assert best(Budget(), make_page(markup, lang=lang)) >= PROOF


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href=/x>Council debates the budget during long session</a>"),
        ("en", "<p>The budget was discussed at the meeting.</p>"),
        ("en", "<a href=/x>Participatory budget</a>"),
        ("en", "<h2>Minister promises more health and a better budget for schools</h2>"),
        ("en", "<p>The municipal budget is mentioned here in passing.</p>"),
        ("en", "<a href=/budget>Figures</a>"),
        ("en", "<a href=/budget><img src=/7.png></a> <h2><a href=/budget>Figures</a></h2>"),
        ("en", "<a href=/budget></a><a href=/budget><img src=/7.png alt=''>Figures</a>"),
        ("en", "<a href=/government/city/finance/budget>Figures</a>"),
        ("en", "<p>Nothing.</p>"),
        ("es", "<a href=/x>El alcalde anuncia un presupuesto récord para fiestas patronales</a>"),
        ("es", "<a href=/x>Presupuestos participativos 2026</a>"),
        ("ru", "<a href=/x>Депутаты обсудили бюджет следующего года на заседании</a>"),
    ],
)
def test_a_mere_mention_is_none(make_page: MakePage, lang: str, markup: str) -> None:
    assert best(Budget(), make_page(markup, lang=lang)) < PROOF


@pytest.mark.parametrize(
    ("lang", "headline"),
    [("ja", "市長が定例記者会見で来年度の予算について語りました"), ("ko", "시장 내년 예산 관련 기자 회견 개최")],
)
def test_a_headline_in_an_east_asian_language_is_a_mere_mention(make_page: MakePage, lang: str, headline: str) -> None:
    assert best(Budget(), make_page(f"<a href=/x>{headline}</a>", lang=lang)) < PROOF


def test_an_address_does_not_overrule_a_denied_label(make_page: MakePage) -> None:
    assert best(Budget(), make_page("<a href=/presupuesto>Presupuestos participativos</a>", lang="es")) < PROOF


def test_hints_order_as_a_reader_would(make_page: MakePage) -> None:
    ladder = [
        "<p>There is a budget.</p>",
        "<a href=/x>News on the budget debate in council yesterday</a>",
        "<a href=/x>Budget</a>",
        "<a href=/x>Municipal budget</a>",
        "<a href=/budget>Municipal budget</a>",
    ]
    strengths = [best(Budget(), make_page(markup, lang="en")) for markup in ladder]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == len(ladder)


def test_an_english_word_on_a_page_in_another_language_says_a_little_less(make_page: MakePage) -> None:
    text = "<p>El ayuntamiento ofrece a los vecinos numerosos servicios y cuida las calles del municipio.</p>"
    page = make_page(f"{text}<a href=/x>Municipal budget</a>", lang="es")
    assert PROOF <= best(Budget(), page) < best(Budget(), make_page("<a href=/x>Municipal budget</a>", lang="en"))


def test_a_stated_policy_is_proof_by_its_text(make_page: MakePage) -> None:
    page = make_page("<p>We take the protection of personal data seriously and say here how.</p>", lang="en")
    assert best(Privacy(), page) >= PROOF
    assert best(Budget(), make_page("<p>We publish the municipal budget here.</p>", lang="en")) < PROOF


def test_an_observation_tells_what_was_seen(make_page: MakePage) -> None:
    page = make_page("<nav><ul><li><a href='presupuesto.html'>Presupuesto municipal</a></ul></nav>", lang="es")
    (seen,) = [o for o in Budget().observe(page) if o.kind == "link"][:1]
    assert seen.feature == "budget.publication"
    assert (seen.quote, seen.href, seen.zone, seen.language) == (
        "Presupuesto municipal",
        "presupuesto.html",
        "nav",
        "es",
    )
    assert seen.why == "link in the nav: strong term “presupuesto municipal” (es)"
    assert [seen.quote[a:b] for a, b in seen.matched] == ["Presupuesto municipal"]
    assert seen.gloss == "gloss"
    assert page.tree.cssselect(seen.selector)[0].get("href") == "presupuesto.html"


def test_a_long_text_is_quoted_around_the_term(make_page: MakePage) -> None:
    text = "word " * 120 + "the municipal budget of the town " + "more " * 120
    seen = next(o for o in Budget().observe(make_page(f"<p>{text}</p>", lang="en")) if o.matched)
    assert len(seen.quote) <= 240
    assert seen.quote[slice(*seen.matched[0])] == "municipal budget"


@pytest.mark.parametrize(
    "markup", ["<div><p>See the municipal budget here.</p></div>", "<div><button>Budget</button></div>"]
)
def test_every_sighting_has_a_place(make_page: MakePage, markup: str) -> None:
    assert all(o.selector for o in Budget().observe(make_page(f"<html lang=en><body>{markup}")))


def test_few_sightings_are_reported_one_per_target(make_page: MakePage) -> None:
    links = "".join(f"<a href=/x{n}>Municipal budget</a><a href=/x{n}>Budget</a>" for n in range(20))
    seen = list(Budget().observe(make_page(f"<nav>{links}</nav>", lang="en")))
    assert len(seen) <= 2 * Budget.keep
    hrefs = [o.href for o in seen if o.kind == "link"]
    assert len(hrefs) == len(set(hrefs))


def test_a_leaf_may_weigh_otherwise(make_page: MakePage) -> None:
    class Mild(Budget):
        def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
            return 0.2

    assert best(Mild(), make_page("<a href=/x>Municipal budget</a>", lang="en")) == 0.2


def test_strengths_stay_in_range(make_page: MakePage) -> None:
    page = make_page("<nav><a href=/budget>Municipal budget</a></nav><h1>Budget</h1>", lang="en")
    seen: list[Observation] = [*Budget().observe(page), *Permit().observe(page)]
    assert seen
    assert all(0.0 < o.strength < 1.0 for o in seen)


class Health(SectionDetector):
    name = "test-health"
    features = ("info.health",)


def test_a_section_is_not_the_body_or_the_office_of_its_name(make_page: MakePage) -> None:
    assert best(Health(), make_page("<nav><a href=/x>Health</a></nav>", lang="en")) >= PROOF
    assert best(Health(), make_page("<a href=/x>Public health services of the city council</a>", lang="en")) < PROOF


def test_the_parts_of_a_title_are_read_one_by_one(make_page: MakePage) -> None:
    page = make_page("<title>Budget | Finance – Town of Villa</title>", lang="en")
    assert [s.text for s in page.hits.segments if s.kind == "title"] == ["Budget", "Finance", "Town of Villa"]
    assert best(Budget(), page) >= PROOF


def test_a_hyphen_inside_a_word_does_not_break_a_title(make_page: MakePage) -> None:
    page = make_page("<title>E-services:permits for Villa-Nueva</title>", lang="en")
    assert [s.text for s in page.hits.segments if s.kind == "title"] == ["E-services:permits for Villa-Nueva"]


def test_an_address_alone_does_not_make_a_service_online(make_page: MakePage) -> None:
    assert best(Permit(), make_page("<a href=/building-permit>Building permits of the year</a>", lang="en")) < PROOF


# --- online services --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href=/x>Apply for a building permit</a>"),
        ("en", "<a href=/x>Building permit online</a>"),
        ("en", "<a href=/x>E-services: building permits</a>"),
        ("en", "<button>Building permit application</button>"),
        ("es", "<a href=/x>Solicitar licencia de obra</a>"),
        ("es", "<a href=/x>Licencia de obras: sede electrónica</a>"),
        ("es", "<a href=/x>Solicitud de licencia de obras</a>"),
    ],
)
def test_the_act_itself_is_proof(make_page: MakePage, lang: str, markup: str) -> None:
    assert best(Permit(), make_page(markup, lang=lang)) >= PROOF


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href=/x>Building permit</a>"),
        ("en", "<h1>Building permits</h1><p>Bring two copies of the plan to the town hall.</p>"),
        ("en", "<a href=/building-permit>Information</a>"),
        ("en", "<a href=/x>Online services: certificates, payments, registers, building permits and others</a>"),
        ("en", "<a href=/x>Building permit application form (download)</a>"),
        (
            "en",
            "<a href=/x>Council reforms application of building permit rules for large new housing estates nearby</a>",
        ),
        ("en", "<p>You can apply online for many things; a building permit is not among them.</p>"),
        ("es", "<a href=/x>Licencia de obras</a>"),
        ("es", "<a href=/x>Formulario de solicitud de licencia de obras</a>"),
        ("en", "<a href=/x>Apply online</a>"),
    ],
)
def test_information_and_forms_to_download_are_none(make_page: MakePage, lang: str, markup: str) -> None:
    assert best(Permit(), make_page(markup, lang=lang)) < PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<a href=/f.pdf>Form to apply for a building permit</a>",
        "<a href=/f.pdf>Apply for a building permit (download)</a>",
    ],
)
def test_a_form_to_download_is_not_online_whatever_it_is_called(make_page: MakePage, markup: str) -> None:
    assert best(Permit(), make_page(markup, lang="en")) < PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<h2>Online services</h2><ul><li><a href=/x>Building permit</a></li></ul>",
        "<h1>Building permit</h1><form method=post><input name=plot><input name=owner><button>Go</button></form>",
    ],
)
def test_the_act_may_stand_in_the_heading_or_be_the_page_itself(make_page: MakePage, markup: str) -> None:
    assert best(Permit(), make_page(markup, lang="en")) >= PROOF


def test_paying_is_the_act_of_a_payment(make_page: MakePage) -> None:
    assert best(Fines(), make_page("<a href=/x>Pay fines</a>", lang="en")) >= PROOF
    assert best(Fines(), make_page("<a href=/x>Fines</a>", lang="en")) < PROOF
    assert best(Fines(), make_page("<a href=/x>Apply: fines</a>", lang="en")) < PROOF


def test_many_links_alike_do_not_cost_quadratic_work(make_page: MakePage) -> None:
    def work(links: int) -> int:
        """Calls that one detector makes for a page of so many services."""
        page = make_page("".join(f"<li><a href=/{links}/{n}>Building permit</a></li>" for n in range(links)), lang="en")
        assert len(page.hits.feature("service.building_permit")) == links
        calls = 0

        def count(_frame: FrameType, event: str, _arg: object) -> None:
            nonlocal calls
            calls += event.endswith("call")

        sys.setprofile(count)
        try:
            assert list(Permit().observe(page))
        finally:
            sys.setprofile(None)
        return calls

    assert work(800) < 2.4 * work(400)
