"""Reads a run back from the database, as the result that the crawl gave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter

from crawler.result import Cause, PortalTarget, RunResult
from detectors.conclude import Finding, Reason, SearchCertificate
from detectors.facts import TransportFacts
from detectors.observation import Observation

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.models import Finding as FindingRow
    from storage.models import Portal, Run


def stored_result(session: Session, run: Run, data: Path) -> RunResult:
    """The result of a finished run; `data` is the folder that holds the archive."""
    from storage.repository import cut_captures, findings

    portal = run.portal
    return RunResult(
        portal=PortalTarget(portal.url, _own_name(portal), portal.country or "", portal.kind),
        edition=run.edition,
        outcome=run.outcome or "partial",
        cause=cast(Cause, run.cause or ""),
        message=run.reason or "",
        pages=run.pages,
        requests=run.requests,
        bytes=run.bytes,
        seconds=run.seconds,
        languages=tuple(run.languages),
        findings=tuple(stored_finding(row) for row in findings(session, run.id)),
        run_id=run.id,
        archive=data / run.archive if run.archive else None,
        problems=tuple((run.certificate or {}).get("problems", ())),
        **_browsed(run.certificate or {}),
        cuts=cut_captures(session, run.id),
        transport=_transport((run.certificate or {}).get("facts", {}).get("transport", {})),
    )


def _browsed(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The time that detectors and browser took, and the pictures of the home page; runs of old had neither."""
    seconds = kept.get("seconds") or {}
    return {
        "seconds_detect": float(seconds.get("detect", 0.0)),
        "seconds_render": float(seconds.get("render", 0.0)),
        "views": tuple((kept.get("views") or {}).items()),
    }


def stored_finding(row: FindingRow) -> Finding:
    """A finding as detectors concluded it."""
    searched = row.searched
    return Finding(
        feature=row.feature,
        state=row.state,
        reason=cast(Reason, row.reason or ""),
        confidence=row.confidence or 0.0,
        evidence=tuple(_observation(each) for each in row.evidence),
        against=tuple(_observation(each) for each in row.against),
        detectors=tuple((each["name"], each["version"]) for each in row.detectors),
        certificate=_certificate(searched),
        explanation=row.explanation,
    )


def _transport(values: Mapping[str, Any]) -> TransportFacts:
    return TypeAdapter(TransportFacts).validate_python(values)


def _own_name(portal: Portal) -> str:
    """The portal's name; empty where its address stands in for it."""
    return "" if portal.name == portal.url else portal.name


def _observation(values: Mapping[str, Any]) -> Observation:
    known = _known(values, Observation._fields)
    return Observation(**{**known, "matched": tuple((start, end) for start, end in known.get("matched", ()))})


def _certificate(values: Mapping[str, Any]) -> SearchCertificate:
    known = _known(values, [field.name for field in fields(SearchCertificate)])
    languages = tuple((code, count) for code, count in known.get("languages", ()))
    likely = tuple((feature, followed, left) for feature, followed, left in known.get("likely", ()))
    site_search = tuple(known.get("site_search", ()))
    return SearchCertificate(**{**known, "languages": languages, "site_search": site_search, "likely": likely})


def _known(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The values that the class has fields for: rows of other versions may hold more."""
    return {name: value for name, value in values.items() if name in names}
