"""From observations to states: what is present, absent, unknown and why, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.calibration import chance_of_miss, probability
from detectors.conclude import Finding, SearchCertificate, Tally, combined, conclude
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import PROOF, Observation
from detectors.packaged import data
from detectors.plainly import GONE
from detectors.registry import Registry
from tests.detectors.concluding import (
    FEATURES,
    KEEP,
    SIGHTING,
    SUPPORT,
    WIDE,
    Shape,
    Wire,
    Words,
    finding,
    seen,
    small_inspector,
    tally,
)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return small_inspector()


# --- states -----------------------------------------------------------------------------------------------------------


def test_every_feature_gets_a_finding_in_order(inspector: Inspector) -> None:
    found = conclude(tally(seen()), WIDE, inspector, FEATURES)
    assert [(f.feature, f.state, f.reason) for f in found] == [
        ("a.b", "present", ""),
        ("c.d", "absent", ""),
        ("e.f", "unknown", "tool"),
        ("g.h", "unknown", "tool"),
        ("m.n", "manual", ""),
        ("o.p", "unknown", "tool"),
    ]


def test_proof_is_presence_with_its_evidence(inspector: Inspector) -> None:
    found = finding(inspector, seen(0.9), seen(0.3, quote="hint"))
    assert found.state == "present"
    assert [o.quote for o in found.evidence] == ["q", "hint"]
    assert found.detectors == (("words", "2"),)
    assert found.certificate is WIDE
    assert 0.9 < found.confidence < 1.0


@pytest.mark.parametrize(
    ("feature", "proof", "fields", "why"),
    [
        ("m.n", "manual", {}, "Only a person can tell"),
        ("o.p", "page", {}, "No detector for this feature is installed"),
        ("e.f", "portal", {}, "Not measured"),
        ("c.d", "browser", {}, "Not measured"),
        ("x.y", "page", {}, ""),
        ("a.b", "page", {"cause": "robots"}, "Robots.txt keeps a part"),
        ("a.b", "page", {"pages": 1}, "Too few pages were read: 1"),
        ("a.b", "page", {"likely": (("a.b", 0, 1),)}, "Links that promise it were not followed: 1"),
    ],
)
def test_what_is_left_open_says_why_and_is_sure_of_nothing(
    inspector: Inspector, feature: str, proof: str, fields: dict[str, Any], why: str
) -> None:
    found = finding(inspector, feature=feature, proof=proof, certificate=replace(WIDE, **fields))
    assert (found.state in ("unknown", "manual"), found.confidence) == (True, 0.0)
    assert found.explanation.startswith(why)


def test_what_was_seen_of_a_thing_to_be_measured_is_left_to_a_person(inspector: Inspector) -> None:
    found = finding(inspector, seen(0.3, feature="e.f"), feature="e.f", proof="portal")
    assert (found.state, found.confidence) == ("manual", 0.0)


@pytest.mark.parametrize(("language", "state", "reason"), [("es", "absent", ""), ("fi", "unknown", "language")])
def test_a_feature_that_is_measured_too_is_still_searched_for_by_its_words(
    inspector: Inspector, language: str, state: str, reason: str
) -> None:
    class Beside(Wire):
        features = ("a.b",)

    both = Inspector(Registry((Words(),), (Beside(),)), inspector.lexicons)
    found = finding(both, certificate=replace(WIDE, languages=((language, 60),)))
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize("outcome", ["blocked", "unreachable", "no_portal"])
def test_a_portal_that_could_not_be_read_is_unknown_never_absent(inspector: Inspector, outcome: str) -> None:
    found = finding(inspector, certificate=SearchCertificate(outcome=outcome, cause="403 from the firewall"))
    assert (found.state, found.reason) == ("unknown", "blocked" if outcome == "blocked" else "unreachable")
    assert "403 from the firewall" in found.explanation
    assert found.confidence == 0.0


def test_what_was_seen_before_the_block_stays_present(inspector: Inspector) -> None:
    assert finding(inspector, seen(), certificate=SearchCertificate(pages=1, outcome="blocked")).state == "present"


def test_pages_in_other_languages_do_not_make_a_search_wide(inspector: Inspector) -> None:
    mixed = replace(WIDE, pages=40, languages=(("es", 24), ("fi", 16)), exhausted=False)
    found = finding(inspector, certificate=mixed)
    assert (found.state, found.reason) == ("unknown", "budget")
    assert "Too few pages were read in a language with words for it: 24" in found.explanation
    wide = finding(inspector, certificate=replace(mixed, pages=60, languages=(("es", 40), ("fi", 20))))
    assert wide.state == "absent"
    assert wide.confidence < finding(inspector, certificate=replace(WIDE, exhausted=False)).confidence


@pytest.mark.parametrize(
    "languages", [(("fi", 60),), (("fi", 36), ("es", 24)), (("fi", 30), ("es", 30)), (("", 60),), ()]
)
def test_pages_in_a_language_without_words_are_unknown(
    inspector: Inspector, languages: tuple[tuple[str, int], ...]
) -> None:
    found = finding(inspector, certificate=replace(WIDE, languages=languages))
    assert (found.state, found.reason) == ("unknown", "language")


def test_a_lexicon_that_lacks_the_feature_is_no_cover(inspector: Inspector) -> None:
    assert finding(inspector, feature="x.y").reason == "language"


def test_a_detector_that_reads_no_words_needs_no_lexicon(inspector: Inspector) -> None:
    assert finding(inspector, feature="c.d", certificate=replace(WIDE, languages=(("fi", 60),))).state == "absent"


@pytest.mark.parametrize(
    ("pages", "exhausted", "state"),
    [(24, False, "unknown"), (25, False, "absent"), (2, True, "unknown"), (3, True, "absent"), (0, True, "unknown")],
)
def test_absence_needs_a_wide_search(inspector: Inspector, pages: int, exhausted: bool, state: str) -> None:
    found = finding(
        inspector, certificate=replace(WIDE, pages=pages, languages=(("es", pages or 1),), exhausted=exhausted)
    )
    assert found.state == state
    assert found.reason == ("budget" if state == "unknown" else "")


def test_robots_stand_in_the_way_of_absence(inspector: Inspector) -> None:
    assert finding(inspector, certificate=replace(WIDE, outcome="partial", cause="robots")).reason == "robots"


def test_nothing_is_present_by_hints_alone(inspector: Inspector) -> None:
    hints = [seen(0.49, quote=f"q{n}") for n in range(50)]
    assert finding(inspector, *hints).state == "absent"
    assert combined(hints) < PROOF


def test_what_speaks_against_lowers_and_is_kept(inspector: Inspector) -> None:
    against = seen(0.95, quote="none", polarity="against")
    found = finding(inspector, seen(0.6), against)
    assert found.state != "present"
    assert found.against == (against,)


def test_what_speaks_against_counts_half(inspector: Inspector) -> None:
    found = finding(inspector, seen(0.9), seen(0.7, polarity="against"))
    assert (found.state, found.confidence) == ("present", round(probability(0.9 - 0.7 / 2), 3))


def test_measured_absence_needs_no_wide_search(inspector: Inspector) -> None:
    against = seen(0.95, feature="e.f", polarity="against", kind="portal")
    found = finding(
        inspector, against, feature="e.f", proof="portal", certificate=replace(WIDE, pages=4, exhausted=False)
    )
    assert found.state == "absent"
    assert found.confidence > 0.8


def test_what_was_not_measured_is_unknown(inspector: Inspector) -> None:
    assert finding(inspector, feature="e.f", proof="portal").state == "unknown"


def test_a_detector_that_always_fails_leaves_its_feature_unknown(inspector: Inspector) -> None:
    for number in range(60):
        inspector.inspect(inspector.page(f"https://www.villa.example/{number}", b"<p>x", content_type="text/html"))
    found = finding(inspector, feature="i.j")
    assert (found.state, found.reason, found.confidence) == ("unknown", "error", 0.0)


def test_without_a_hint_absence_is_as_sure_as_the_search(inspector: Inspector) -> None:
    assert finding(inspector).confidence == round(1.0 - chance_of_miss(60, exhausted=True), 3)


def test_hints_make_absence_less_sure(inspector: Inspector) -> None:
    assert finding(inspector, seen(0.49)).confidence < finding(inspector).confidence


def test_a_lone_sighting_deep_in_a_big_portal_is_present_but_less_sure(inspector: Inspector) -> None:
    big = replace(WIDE, pages=400)
    deep, menu = seen(0.9, zone="main"), seen(0.9, zone="nav")
    assert finding(inspector, deep, certificate=big).state == "present"
    assert finding(inspector, deep, certificate=big).confidence < 0.75
    assert "also stand by accident" in finding(inspector, deep, certificate=big).explanation
    assert finding(inspector, deep, menu, certificate=big).confidence > 0.9
    assert "accident" not in finding(inspector, deep, menu, certificate=big).explanation


def test_more_pages_make_absence_surer(inspector: Inspector) -> None:
    sure = [finding(inspector, certificate=replace(WIDE, pages=n)).confidence for n in (5, 10, 30, 70, 200, 5_000)]
    assert sure == sorted(sure)
    assert sure[-1] < 1.0


# --- absence and what was looked at -----------------------------------------------------------------------------------

CERTIFICATES = st.builds(
    SearchCertificate,
    pages=st.integers(0, 400),
    languages=st.just((("es", 60),)),
    exhausted=st.booleans(),
    likely=st.sampled_from([(), (("a.b", 4, 0),), (("x.y", 1, 9),)]),
)


def certainty(found: Finding) -> float:
    """How sure it is that the feature is absent."""
    return found.confidence if found.state == "absent" else 0.0


def test_a_likely_place_that_was_left_keeps_absence_from_being_said(inspector: Inspector) -> None:
    found = finding(
        inspector, certificate=replace(WIDE, exhausted=False, left=9, likely=(("a.b", 3, 2), ("x.y", 1, 0)))
    )
    assert (found.state, found.reason) == ("unknown", "budget")
    assert found.certificate.likely == (("a.b", 3, 2),)


def test_a_likely_place_behind_a_login_keeps_absence_from_being_said_though_no_page_was_left(
    inspector: Inspector,
) -> None:
    found = finding(inspector, certificate=replace(WIDE, likely=(("a.b", 3, 1),)))
    assert (found.state, found.reason) == ("unknown", "budget")
    assert "ask for a login" in found.explanation


def test_likely_places_of_other_features_do_not_matter(inspector: Inspector) -> None:
    assert SearchCertificate(likely=(("x.y", 1, 7), ("a.b", 3, 0))).likely_places("a.b") == (3, 0)
    found = finding(
        inspector, certificate=replace(WIDE, exhausted=False, left=9, likely=(("a.b", 3, 0), ("x.y", 1, 7)))
    )
    assert found.state == "absent"


def test_absence_is_not_said_where_it_is_unlikely(inspector: Inspector) -> None:
    hint = seen(0.49)
    unlikely = finding(inspector, hint, certificate=replace(WIDE, pages=3))
    assert (unlikely.state, unlikely.confidence) == ("unknown", 0.0)
    assert finding(inspector, certificate=replace(WIDE, pages=3)).state == "absent"


@given(CERTIFICATES, st.integers(0, 400), SUPPORT.filter(lambda seen: all(o.strength < PROOF for o in seen)))
def test_more_pages_never_lower_the_certainty_of_absence(
    certificate: SearchCertificate, more: int, hints: list[Observation]
) -> None:
    words = Inspector(Registry((Shape(),), ()), LexiconSet({}))
    hints = [hint._replace(feature="c.d") for hint in hints]
    fewer = finding(words, *hints, feature="c.d", certificate=certificate)
    wider = finding(words, *hints, feature="c.d", certificate=replace(certificate, pages=certificate.pages + more))
    assert certainty(wider) >= certainty(fewer)


@given(SUPPORT, SUPPORT, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_for_the_whole_finding(
    support: list[Observation], against: list[Observation], random: Any
) -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    together = [*support, *(o._replace(polarity="against") for o in against)]
    shuffled = random.sample(together, len(together))
    assert finding(words, *together) == finding(words, *shuffled)


@given(SUPPORT, SUPPORT, SIGHTING)
def test_more_support_never_lowers_confidence_whatever_speaks_against(
    support: list[Observation], against: list[Observation], more: Observation
) -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    others = [o._replace(polarity="against") for o in against]
    before, after = finding(words, *support, *others), finding(words, *support, more, *others)
    if before.state == "present":
        assert (after.state, after.confidence >= before.confidence) == ("present", True)


def test_help_does_not_decide_a_manual_question(inspector: Inspector) -> None:
    found = finding(
        inspector, seen(0.99, feature="m.n", quote="a@villa.example", why="address"), feature="m.n", proof="manual"
    )
    assert (found.state, [o.quote for o in found.evidence]) == ("manual", ["a@villa.example"])


def test_what_is_spoken_against_is_left_open(inspector: Inspector) -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    found = finding(words, seen(0.7), seen(0.9, quote="closed")._replace(polarity="against"))
    assert found.state == "unknown"
    assert "something against it" in found.explanation


@pytest.mark.parametrize("kind", ["link", "content"])
def test_one_that_leads_somewhere_is_found_behind_many_that_do_not(kind: Literal["link", "content"]) -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    tally = Tally(["a.b"])
    dead = [seen(0.9, quote=f"tenders {n}", href=f"/gone/{n}")._replace(kind="link") for n in range(7)]
    alive = seen(0.8, quote="calls", href="/calls")._replace(kind=kind)
    tally.add("es", [*dead, alive])
    found = conclude(tally, WIDE, words, {"a.b": "page"}, lambda o: o.href.startswith("/gone/"))[0]
    assert (found.state, found.evidence[0].quote) == ("present", "calls")
    assert len(found.evidence) == KEEP


def test_proof_by_links_that_all_lead_nowhere_is_neither_presence_nor_absence() -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    (found,) = conclude(tally(seen(0.9, href="/gone")), WIDE, words, {"a.b": "page"}, lambda o: o.href == "/gone")
    assert (found.state, found.reason, found.confidence) == ("unknown", "budget", 0.0)
    assert "lead to pages that do not exist" in found.explanation
    assert found.evidence[0].why.endswith(GONE)


def test_a_link_in_a_menu_that_leads_nowhere_makes_proof_deep_in_the_content_no_surer() -> None:
    words, big = Inspector(Registry((Words(),), ()), LexiconSet({})), replace(WIDE, pages=400)
    deep, hint, dead = seen(0.9, zone="main"), seen(0.2, quote="hint"), seen(0.9, quote="dead", href="/gone")
    alone = finding(words, deep, certificate=big).confidence
    (found,) = conclude(tally(deep, hint, dead), big, words, {"a.b": "page"}, lambda o: o.href == "/gone")
    assert (found.state, found.confidence) == ("present", alone)


def test_proof_that_is_wrong_more_often_than_right_is_no_presence_and_keeps_absence_from_being_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = Inspector(Registry((Words(),), ()), LexiconSet({}))
    monkeypatch.setitem(data("reliability")["log_odds"], "a.b", -2.0)
    doubted = finding(words, seen(0.6))
    countered = finding(words, seen(0.6), seen(0.1, polarity="against"))
    for found in (doubted, countered):
        assert (found.state, found.reason, found.confidence) == ("unknown", "budget", 0.0)
        assert "too often such words do not prove it" in found.explanation
    sure = finding(words, seen(0.9))
    assert (sure.state, sure.confidence < probability(0.9)) == ("present", True)
