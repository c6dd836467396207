"""The JSON of `losi check` and `losi inspect`, version 1: fields are only ever added."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from crawler.prefill import prefill, summarise
from losi.errors import Failure, Misuse
from storage.drafts import growing_file, whole_file
from survey.features import features
from survey.scoring import as_published

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.prefill import Answer, Summary
    from crawler.result import RunResult
    from detectors.conclude import Finding, SearchCertificate
    from detectors.observation import Observation
    from detectors.page import Page
    from survey.indicator import Questionnaire

SCHEMA = 1


def run_document(result: RunResult, questionnaire: Questionnaire) -> dict[str, Any]:
    """The whole result of a run over one portal."""
    answers = prefill(questionnaire, result.findings)
    return {
        "schema": SCHEMA,
        "portal": {
            "url": result.portal.url,
            "name": result.portal.name,
            "country": result.portal.country,
            "kind": result.portal.kind,
        },
        "edition": result.edition,
        "run": _run(result),
        "transport": asdict(result.transport),
        "findings": [finding_document(found, questionnaire, result.cuts) for found in _in_order(result.findings)],
        "questionnaire": [answer_document(answer) for answer in answers],
        "summary": summary_document(summarise(questionnaire, answers)),
    }


def finding_document(finding: Finding, questionnaire: Questionnaire, cuts: Mapping[int, str]) -> dict[str, Any]:
    """The conclusion on one feature, with the indicators of the edition that it answers. `cuts` are
    the captures of which only a part came."""
    return {
        "feature": finding.feature,
        "indicators": [indicator.id for indicator in questionnaire.indicators_of(finding.feature)],
        "state": finding.state,
        "reason": finding.reason,
        "confidence": round(finding.confidence, 4),
        "detectors": [{"name": name, "version": version} for name, version in finding.detectors],
        "evidence": [_evidence(observation, cuts) for observation in finding.evidence],
        "against": [_evidence(observation, cuts) for observation in finding.against],
        "searched": _searched(finding.certificate, finding.feature),
        "explanation": finding.explanation,
    }


def answer_document(answer: Answer) -> dict[str, Any]:
    """One row of the pre-filled questionnaire."""
    return {
        "code": answer.indicator.code,
        "criterion": answer.indicator.criterion,
        "title": answer.indicator.title,
        "state": answer.state,
        "reason": answer.finding.reason,
        "confidence": round(answer.confidence, 4),
        "evidence_url": answer.evidence_url,
    }


def summary_document(summary: Summary) -> dict[str, Any]:
    """How many indicators are in which state, and the share present so far (a pre-fill, not a score)."""
    return {
        "present": summary.present,
        "absent": summary.absent,
        "unknown": summary.unknown,
        "manual": summary.manual,
        "not_applicable": summary.not_applicable,
        "total": summary.total,
        "denominator": summary.denominator,
        "share": as_published(summary.share),
    }


def page_document(page: Page, observations: Sequence[Observation], problems: Sequence[str]) -> dict[str, Any]:
    """What the detectors saw on one saved page."""
    return {
        "schema": SCHEMA,
        "page": {"url": page.url, "title": page.title, "language": page.language, "kind": page.kind},
        "observations": [_observation(observation) for observation in observations],
        "problems": list(problems),
    }


def write_json(document: Any, destination: str) -> None:
    """Write a document as JSON to a file, or to stdout for "-"."""
    write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", destination)


def write_text(text: str, destination: str) -> None:
    """Write text as UTF-8 to a file, or to stdout for "-"; raise Failure with the mend."""
    with writer(destination) as write:
        write(text)


@contextmanager
def writer(destination: str, *, grows: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that writes text as UTF-8 to a file (its folder is made), or to stdout for "-"; else Failure.

    The file takes its place when the block ends well, so that what fails leaves an earlier one as it was. One that
    `grows` holds its rows as they come, and keeps them. Lone surrogates, which are no Unicode text, become U+FFFD.
    """
    if destination == "-":
        yield partial(_put, sys.stdout.buffer)
        return
    path = Path(destination)
    try:
        with growing_file(path) if grows else whole_file(path) as stream:
            yield partial(_put, stream)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}", "choose another file") from error


def must_take(*places: str | None) -> None:
    """Raise Failure for a file that `writer` could not write, before the work whose result it is to hold; Misuse where
    more than one of the results would go to stdout."""
    if places.count("-") > 1:
        raise Misuse("two results cannot both go to stdout", "give one of them a file")
    for place in places:
        if place and place != "-" and (why := _refusal(Path(place))):
            raise Failure(f"cannot write {place}: {why}", "choose another file")


def _refusal(path: Path) -> str:
    """Why a file cannot be written; empty if it can. Its folders need not be there, as `writer` makes them."""
    try:
        if path.is_dir():
            return "it is a folder"
        there = next(each for each in (path, *path.absolute().parents) if each.exists())
    except OSError as error:
        return error.strerror or str(error)
    if there != path and not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK) else f"you may not write {'it' if there == path else f'in {there}'}"


def name_written(*places: str | Path | None) -> None:
    """Say which files a command wrote whose whole work is to write them: a path a line on stdout, byte for byte.

    Where data went to stdout ("-") nothing else is there: then on stderr. What is None or empty was not asked for.
    """
    for place in places:
        if place and str(place) != "-":
            click.echo(os.fsencode(place), err="-" in places)


def keep_lists(file: str, columns: Sequence[str], command: str, mend: str) -> None:
    """Raise Misuse where a file is there already and is no CSV with these columns: it may be somebody's own list."""
    place = Path(file)
    try:
        if file == "-" or not place.is_file():
            return
        with place.open(encoding="utf-8", errors="replace") as stream:
            head = stream.readline().strip()
    except OSError as error:
        raise Failure(f"cannot write {place}: {error.strerror}", "choose another file") from error
    if head not in ("", ",".join(columns)):
        raise Misuse(f"{file} is there already and no result of {command}", mend)


def _put(stream: BinaryIO, text: str) -> None:
    stream.write(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8"))
    stream.flush()


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """The findings in the order of the features' list, whatever order a database gives them in."""
    place = {key: number for number, key in enumerate(features())}
    return sorted(findings, key=lambda finding: (place.get(finding.feature, len(place)), finding.feature))


def _run(result: RunResult) -> dict[str, Any]:
    return {
        "id": result.run_id,
        "outcome": result.outcome,
        "cause": result.cause,
        "message": result.message,
        "pages": result.pages,
        "requests": result.requests,
        "bytes": result.bytes,
        "seconds": round(result.seconds, 3),
        "seconds_crawl": round(result.seconds_crawl, 3),
        "seconds_detect": round(result.seconds_detect, 3),
        "seconds_render": round(result.seconds_render, 3),
        "languages": list(result.languages),
        "problems": list(result.problems),
        "screenshots": dict(result.views),
    }


def _evidence(observation: Observation, cuts: Mapping[int, str]) -> dict[str, Any]:
    return {
        "url": observation.url,
        "excerpt": observation.quote,
        "matched": [list(span) for span in observation.matched],
        "gloss": observation.gloss,
        "href": observation.href,
        "selector": observation.selector,
        "why": observation.why,
        "strength": round(observation.strength, 4),
        "detector": observation.detector,
        "capture": observation.capture,
        "cut": cuts.get(observation.capture) if observation.capture is not None else None,
        "screenshot": observation.screenshot or None,
    }


def _observation(observation: Observation) -> dict[str, Any]:
    return {
        "feature": observation.feature,
        "kind": observation.kind,
        "polarity": observation.polarity,
        "strength": round(observation.strength, 4),
        "quote": observation.quote,
        "matched": [list(span) for span in observation.matched],
        "gloss": observation.gloss,
        "href": observation.href,
        "selector": observation.selector,
        "zone": observation.zone,
        "why": observation.why,
        "detector": {"name": observation.detector, "version": observation.version},
    }


def _searched(certificate: SearchCertificate, feature: str) -> dict[str, Any]:
    followed, left = certificate.likely_places(feature)
    return {
        "pages": certificate.pages,
        "languages": dict(certificate.languages),
        "exhausted": certificate.exhausted,
        "left": certificate.left,
        "site_search": list(certificate.site_search),
        "sitemap": certificate.sitemap,
        "likely": {"followed": followed, "left": left},
    }
