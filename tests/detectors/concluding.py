"""Small detectors, observations and conclusions for tests of what concludes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from detectors.base import PageDetector, PortalDetector
from detectors.conclude import Finding, SearchCertificate, Tally, conclude
from detectors.facts import PortalFacts
from detectors.inspector import Inspector
from detectors.lexicon import GENERAL, parse
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry

KEEP = 5
WIDE = SearchCertificate(pages=60, languages=(("es", 60),), exhausted=True, sitemap=True)


class Words(PageDetector):
    name = "words"
    version = "2"
    features = ("a.b", "x.y")

    def observe(self, page: Page) -> Iterable[Observation]:
        return ()


class Shape(PageDetector):
    name = "shape"
    features = ("c.d",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        return ()


class Wire(PortalDetector):
    name = "wire"
    features = ("e.f",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        return ()


class Broken(PageDetector):
    name = "broken"
    features = ("i.j",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        raise RuntimeError("always")


FEATURES = {"a.b": "page", "c.d": "page", "e.f": "portal", "g.h": "browser", "m.n": "manual", "o.p": "page"}
SPANISH = 'language = "es"\nname = "Spanish"\n[general]\n' + "".join(f"{n} = []\n" for n in GENERAL)


def small_inspector() -> Inspector:
    """Three small detectors, and a Spanish lexicon that names one of two features."""
    text = f'{SPANISH}[features."a.b".strong]\n"palabra" = "word"\n'
    return Inspector(Registry((Words(), Shape(), Broken()), (Wire(),)), LexiconSet({"es": parse(text, "es.toml")}))


def seen(strength: float = 0.9, feature: str = "a.b", quote: str = "q", **fields: Any) -> Observation:
    """An observation on the page of its quote."""
    given = {"kind": "content", "why": "a rule", "zone": "nav", "url": f"https://www.villa.example/pages/{quote}"}
    return Observation(feature=feature, strength=strength, quote=quote, **(given | fields))


def tally(*observations: Observation) -> Tally:
    """A run of one page with these observations."""
    kept = Tally([*FEATURES, "x.y", "i.j"])
    kept.add("es", observations)
    return kept


def finding(
    inspector: Inspector,
    *observations: Observation,
    feature: str = "a.b",
    proof: str = "page",
    certificate: SearchCertificate = WIDE,
) -> Finding:
    """The conclusion on one feature."""
    (found,) = conclude(tally(*observations), certificate, inspector, {feature: proof})
    return found


STRENGTHS = st.floats(0.01, 0.99).map(lambda x: round(x, 3))
SIGHTING = st.builds(
    seen,
    strength=STRENGTHS,
    quote=st.sampled_from(["a", "b", "c", "d", "e", "f", "g"]),
    href=st.sampled_from(["", "/x", "/y"]),
    zone=st.sampled_from(["main", "main", "main", "nav"]),
    capture=st.one_of(st.none(), st.integers(0, 3)),
)
SUPPORT = st.lists(SIGHTING, max_size=12)
