"""A run from its row in the database to its conclusion: what surrounds the crawl itself."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from crawler.answers import answers
from crawler.outcome import Judgement, judge
from crawler.replay import Replay
from crawler.result import PortalTarget, RunResult
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions, user_agent
from crawler.transport import TlsProbe, archived_facts
from crawler.urls import typed_url
from crawler.visit import Visit
from detectors.conclude import SearchCertificate, conclude
from detectors.facts import PortalFacts, TransportFacts
from storage.archive import ArchiveWriter, ReplayIndex
from storage.recorder import RunRecorder
from storage.records import PortalRecord
from storage.repository import finish_run, put_portal, start_run
from survey.countries import UnknownCountryError, country
from survey.features import features
from survey.questionnaire import load

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.progress import ProgressCallback
    from detectors.conclude import Finding
    from detectors.inspector import Inspector
    from storage.database import Database

_MAX_PROBLEMS = 20
EDITIONS = {"city": "losi-2024", "national": "osi-2024"}


class Run:
    """Opens the run's row, archive and visit; `finish` concludes and stores, whatever happened in between."""

    def __init__(
        self,
        target: PortalTarget,
        options: CrawlOptions,
        *,
        inspector: Inspector,
        database: Database,
        data_dir: Path,
        replay: ReplayIndex | None = None,
        edition: str = "",
        cycle_id: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> None:
        seed, named = typed_url(target.url)
        self.target = replace(target, url=seed)
        self.edition = edition or EDITIONS[target.kind]
        self.questionnaire = load(self.edition)
        self.official = official_languages(target.country)
        self._database = database
        self._replay = replay
        self.tls: TlsProbe | None = None
        self._seconds = 0.0
        self.run_id = self._open(options, cycle_id)
        self.archive = data_dir / "archive" / f"run-{self.run_id:06d}"
        writer = ArchiveWriter(
            self.archive, f"run-{self.run_id:06d}", info={"software": user_agent(options.contact), "description": seed}
        )
        self._recorder = RunRecorder(database, self.run_id, writer)
        self.visit = Visit(
            self.target,
            _seeds(seed, named),
            options,
            inspector,
            RunLog(self._recorder),
            replay=Replay(replay) if replay is not None else None,
            languages=self.official,
            progress=progress,
        )

    def _open(self, options: CrawlOptions, cycle_id: int | None) -> int:
        target = self.target
        with self._database.session() as session:
            portal = put_portal(
                session, PortalRecord(target.url, target.name or target.url, target.kind, target.country or None)
            )
            run = start_run(
                session,
                portal.id,
                self.edition,
                kind="replay" if self._replay else "live",
                cycle_id=cycle_id,
                settings=options.model_dump(mode="json"),
                software=user_agent(),
            )
            return run.id

    def finish(self) -> RunResult:
        """Concludes, stores findings and answers, writes the outcome, and closes the archive."""
        visit, inspector = self.visit, self.visit.inspector
        self._seconds = round(visit.budget.seconds, 3)
        judgement = self._judgement()
        facts = self._facts()
        observations = inspector.portal(facts)
        visit.tally.note(observations)
        visit.log.observations(observations)
        certificate = certificate_of(visit, judgement)
        findings = conclude(visit.tally, certificate, inspector, {key: f.proof for key, f in features().items()})
        visit.log.conclude(findings, answers(self.questionnaire, findings))
        self._recorder.close()
        visit.readers.close()
        self._close_row(judgement, certificate, facts)
        return self._result(judgement, findings)

    def _judgement(self) -> Judgement:
        judgement = judge(self.visit)
        if judgement.cause == "not_in_archive" and self._replay is not None:
            hosts = ", ".join(host for host, _ in self._replay.hosts().most_common(3))
            return replace(judgement, message=f"{judgement.message} (it holds {hosts})")
        return judgement

    def _facts(self) -> PortalFacts:
        visit = self.visit
        final = visit.story.final_url
        if self._replay is not None:
            transport = archived_facts(self.target.url, self._replay, final, visit.hsts)
        else:
            tls = self.tls or TlsProbe(None)
            transport = TransportFacts(tls.works, tls.error, visit.redirects_to_https, visit.hsts, final)
        return PortalFacts(
            final or self.target.url,
            self.target.country,
            self.target.kind,
            dict(visit.tally.languages),
            self.official,
            transport,
        )

    def _close_row(self, judgement: Judgement, certificate: SearchCertificate, facts: PortalFacts) -> None:
        visit, budget = self.visit, self.visit.budget
        kept: dict[str, Any] = {
            **asdict(certificate),
            "read": visit.read,
            "external": visit.external,
            "facts": asdict(facts),
            "left_out": _left_out(visit),
            "problems": self._problems(),
        }
        with self._database.session() as session:
            finish_run(
                session,
                self.run_id,
                judgement.outcome,
                cause=judgement.cause or None,
                reason=judgement.message,
                pages=visit.tally.pages,
                requests=budget.requests,
                bytes=budget.bytes,
                seconds=self._seconds,
                languages=_languages(visit),
                archive=self._archive_name(),
                certificate=kept,
            )

    def _archive_name(self) -> str:
        return "/".join(self.archive.parts[-2:])

    def _result(self, judgement: Judgement, findings: tuple[Finding, ...]) -> RunResult:
        visit, budget = self.visit, self.visit.budget
        return RunResult(
            self.target,
            self.edition,
            judgement.outcome,
            judgement.cause,
            judgement.message,
            visit.tally.pages,
            budget.requests,
            budget.bytes,
            self._seconds,
            tuple(_languages(visit)),
            findings,
            self.run_id,
            self.archive,
            tuple(self._problems()),
        )

    def _problems(self) -> list[str]:
        """What went wrong without ending the run."""
        problems = [*self.visit.notes, *self.visit.inspector.problems]
        if self._replay is not None:
            problems += [f"{p.file}: {p.text}" for p in self._replay.problems[:_MAX_PROBLEMS]]
        return problems


def certificate_of(visit: Visit, judgement: Judgement) -> SearchCertificate:
    """What the crawl searched: the basis of every `absent`."""
    left = len(visit.frontier) + visit.missing + visit.frontier.dropped
    return SearchCertificate(
        pages=visit.tally.pages,
        languages=tuple(visit.tally.languages.most_common()),
        exhausted=left == 0 and judgement.outcome == "ok",
        sitemap=visit.sitemaps.found,
        site_search=tuple(visit.search.asked),
        left=left,
        outcome=judgement.outcome,
        cause=judgement.cause,
    )


def official_languages(code: str) -> tuple[str, ...]:
    """The official languages of a country (ISO 3166 alpha-3); empty if it is unknown."""
    try:
        return country(code).languages if code else ()
    except UnknownCountryError:
        return ()


def _seeds(seed: str, named: bool) -> list[str]:
    """The addresses to try, in order: https first where no scheme was named."""
    return [seed] if named else [seed, "http://" + seed.removeprefix("https://")]


def _languages(visit: Visit) -> list[str]:
    return [code for code, _ in visit.tally.languages.most_common() if code]


def _left_out(visit: Visit) -> dict[str, int]:
    """Why links were not followed and answers not read: reason and count."""
    counts = {**visit.frontier.cut, **{f"refused: {kind}": n for kind, n in visit.gate.refused.items()}}
    counts["robots.txt"] = visit.disallowed
    counts["not in the archive"] = visit.missing
    counts["queue was full"] = visit.frontier.dropped
    return {reason: count for reason, count in counts.items() if count}
