"""Says in words what a conclusion rests on: the proof, what speaks against, what was searched, what a person can do."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from detectors.packaged import data
from detectors.plainly import plainly
from detectors.sightings import told
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detectors.finding import Finding, SearchCertificate
    from detectors.inspector import Inspector
    from detectors.observation import Observation

SEEN = "what was seen speaks for it, but too often such words do not prove it"
COUNTERED = "what was seen speaks for it, and something against it"
NOWHERE = "the links that promise it lead to pages that do not exist"
_TO_LOOK_AT = (SEEN, COUNTERED, NOWHERE)
"""Why neither presence nor absence is said, however much was searched."""
_SHOWN = 3
_TERMS_SHOWN = 5
_CONFIDENCE = ((0.95, "almost certain"), (0.85, "very likely"), (0.7, "likely"), (0.5, "more likely than not"))


def explain(finding: Finding, remark: str, inspector: Inspector) -> str:
    """The conclusion in sentences; `remark` is what the rule that decided has to add."""
    if finding.state == "present":
        said = [_proofs(finding.evidence), _against(finding.against), remark, _sureness(finding)]
    elif finding.state == "absent" and remark == "measured":
        said = [f"Measured: {_list(finding.against)}", _hints(finding.evidence), _sureness(finding)]
    elif finding.state == "absent":
        said = [*_searched(finding, inspector), _hints(finding.evidence), _miss(finding)]
    elif finding.state == "unknown":
        said = [
            remark,
            mend("seen") if remark in _TO_LOOK_AT else _way_out(finding),
            _hints(finding.evidence),
            _against(finding.against),
        ]
    else:
        said = [remark, *_help(finding.evidence)]
    return " ".join(_sentence(part) for part in said if part)


def _way_out(finding: Finding) -> str:
    """More pages help only where a limit kept them from being read."""
    return mend(_shortage(finding) if finding.reason == "budget" else finding.reason)


def _shortage(finding: Finding) -> str:
    """Why too little was read."""
    certificate = finding.certificate
    if certificate.exhausted:
        return "unread" if certificate.likely_places(finding.feature)[1] else "exhausted"
    if certificate.cause:
        return certificate.cause if certificate.cause in data("reasons") else "broken_off"
    return "unread" if certificate.left else "budget"


def mend(reason: str) -> str:
    """What a person can do about a question that stays unknown for this reason; empty for an unknown reason."""
    return str(data("reasons").get(reason, ""))


def in_words(confidence: float) -> str:
    """A probability, 0..1, in words."""
    return next((words for least, words in _CONFIDENCE if confidence >= least), "doubtful")


def _sureness(finding: Finding) -> str:
    return f"Confidence: {in_words(finding.confidence)} ({finding.confidence:.0%})"


def _miss(finding: Finding) -> str:
    return (
        f"Estimated chance of having missed it: {1.0 - finding.confidence:.0%}; "
        f"its absence is {in_words(finding.confidence)}"
    )


def _list(observations: Sequence[Observation]) -> str:
    said = told(observations)
    return "; ".join(said[:_SHOWN]) + (f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else "")


def _proofs(observations: Sequence[Observation]) -> str:
    """What is proof by itself; hints beside it add nothing that a reader needs."""
    return _list([observation for observation in observations if observation.is_proof] or observations)


def _against(observations: Sequence[Observation]) -> str:
    return f"Against it: {_list(observations)}" if observations else ""


def _hints(observations: Sequence[Observation]) -> str:
    return f"Hints that are no proof: {_list(observations)}" if observations else ""


def _help(observations: Sequence[Observation]) -> Iterable[str]:
    """What helps the person who decides, by the words that say what it is."""

    def why_of(observation: Observation) -> str:
        return str(plainly(observation.why))

    for why, group in groupby(sorted(observations, key=why_of), key=why_of):
        yield f"{why}: {', '.join(dict.fromkeys(o.quote for o in group))}"


def _searched(finding: Finding, inspector: Inspector) -> list[str]:
    certificate = finding.certificate
    return [_pages(certificate, inspector), _rest(certificate), _asked(certificate), _likely(finding)]


def _pages(certificate: SearchCertificate, inspector: Inspector) -> str:
    by_language = ", ".join(f"{count} in {_language(code, inspector)}" for code, count in certificate.languages)
    return f"Not found on {count_of(certificate.pages, 'page')} read" + (f" ({by_language})" if by_language else "")


def _language(code: str, inspector: Inspector) -> str:
    lexicon = inspector.lexicons.resolve(code) if code else None
    return lexicon.name if lexicon is not None else code or "an unknown language"


def _rest(certificate: SearchCertificate) -> str:
    sitemap = "a sitemap was read" if certificate.sitemap else "no sitemap was read"
    if certificate.exhausted:
        return f"Every known page was visited; {sitemap}"
    left = f"{count_of(certificate.left, 'known page')} {'was' if certificate.left == 1 else 'were'} not visited"
    return f"{left}; {sitemap}"


def _asked(certificate: SearchCertificate) -> str:
    terms = [f"“{term}”" for term in certificate.site_search]
    more = f" and {len(terms) - _TERMS_SHOWN} more terms" if len(terms) > _TERMS_SHOWN else ""
    asked = f"was asked for {', '.join(terms[:_TERMS_SHOWN])}{more}" if terms else "was not asked"
    return f"The portal's own search {asked}"


def _likely(finding: Finding) -> str:
    seen, left = finding.certificate.likely_places(finding.feature)
    if not seen + left:
        return "No link promised it"
    return f"{count_of(seen, 'link')} that promised it {'was' if seen == 1 else 'were'} followed, {left or 'none'} left"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
