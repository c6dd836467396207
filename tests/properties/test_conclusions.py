"""Conclusions from any observations: order never matters, more support never makes less sure."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detectors.conclude import SearchCertificate, Tally, combined, conclude
from detectors.finding import Finding
from detectors.gone import IsGone
from detectors.inspector import Inspector
from detectors.observation import Observation
from survey.features import features
from tests.properties.profile import tried

FEATURE = "budget.publication"
PROOFS = {FEATURE: features()[FEATURE].proof}
URLS = st.sampled_from(["https://x.org/", "https://x.org/a", "https://x.org/a/b", "https://x.org/en/index.html"])
SEEN = st.builds(
    Observation,
    st.just(FEATURE),
    st.sampled_from(["link", "content"]),
    st.floats(0, 1).map(lambda value: round(value, 3)),
    st.sampled_from(["Budget", "Annual budget", "Accounts"]),
    st.just("a rule"),
    href=URLS,
    polarity=st.sampled_from(["for", "for", "against"]),
    url=URLS,
    capture=st.integers(1, 9),
    zone=st.sampled_from(["nav", "main", "footer"]),
)
CERTIFICATES = st.builds(
    SearchCertificate,
    pages=st.integers(0, 300),
    languages=st.just((("en", 50),)),
    exhausted=st.booleans(),
    left=st.integers(0, 50),
    outcome=st.sampled_from(["ok", "partial", "blocked", "unreachable"]),
)


@cache
def _inspector() -> Inspector:
    return Inspector.default()


def _leads_nowhere(observation: Observation) -> bool:
    return observation.kind == "link" and observation.href == "https://x.org/a/b"


def _concluded(seen: list[Observation], certificate: SearchCertificate, is_gone: IsGone = lambda _: False) -> Finding:
    tally = Tally(PROOFS)
    for observation in seen:
        tally.add("en", [observation])
    return conclude(tally, certificate, _inspector(), PROOFS, is_gone)[0]


@tried
@given(st.lists(SEEN, max_size=12), CERTIFICATES, st.randoms(use_true_random=False))
def test_the_order_never_matters(seen: list[Observation], certificate: SearchCertificate, random: Random) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert _concluded(shuffled, certificate) == _concluded(seen, certificate)


@tried
@given(st.lists(SEEN, max_size=12), SEEN, CERTIFICATES)
def test_more_support_never_makes_less_sure(
    seen: list[Observation], more: Observation, certificate: SearchCertificate
) -> None:
    before = _concluded(seen, certificate)
    after = _concluded([*seen, more._replace(polarity="for")], certificate)
    if before.state == "present":
        assert after.state == "present"
        assert after.confidence >= before.confidence
    if before.state != "absent":
        assert after.state != "absent"
    if before.state == after.state == "absent":
        assert after.confidence <= before.confidence


@tried
@given(st.lists(SEEN, max_size=9), SEEN, CERTIFICATES)
def test_more_support_never_makes_less_sure_where_links_lead_nowhere(
    seen: list[Observation], more: Observation, certificate: SearchCertificate
) -> None:
    before = _concluded(seen, certificate, _leads_nowhere)
    after = _concluded([*seen, more._replace(polarity="for")], certificate, _leads_nowhere)
    if before.state == "present":
        assert after.state == "present"
    if before.state != "absent":
        assert after.state != "absent"


@tried
@given(st.lists(SEEN, max_size=9), CERTIFICATES)
def test_links_that_lead_nowhere_prove_nothing(seen: list[Observation], certificate: SearchCertificate) -> None:
    dead = [o._replace(kind="link", href="https://x.org/a/b", polarity="for") for o in seen]
    assert _concluded(dead, certificate, _leads_nowhere).state != "present"


@tried
@given(st.lists(SEEN, max_size=30))
def test_what_is_kept_is_bounded_and_the_best(seen: list[Observation]) -> None:
    tally = Tally(PROOFS)
    tally.note(seen)
    kept = tally.best(FEATURE)
    assert len(kept) <= 5
    strongest = max((combined([one]) for one in seen if one.polarity == "for"), default=0.0)
    assert combined(kept) >= strongest
    assert 0.0 <= combined(kept) <= 1.0


@tried
@given(st.lists(SEEN, max_size=12), CERTIFICATES)
def test_a_portal_that_was_not_read_is_never_said_to_lack_anything(
    seen: list[Observation], certificate: SearchCertificate
) -> None:
    for outcome in ("blocked", "unreachable", "no_portal"):
        assert _concluded(seen, replace(certificate, outcome=outcome)).state != "absent"
