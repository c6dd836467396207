"""A run from its row in the database to its conclusion: what surrounds the crawl itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from crawler.account import account, certificate_of, languages_of
from crawler.answers import answers
from crawler.cycle.resume import broken_off, keep_transport
from crawler.cycle.turn import Turn
from crawler.markup_check import MarkupCheck
from crawler.outcome import Judgement, judge
from crawler.replay import Replay
from crawler.result import PortalTarget, RunResult
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions, user_agent
from crawler.transport import archived_facts, unless_read
from crawler.urls import typed_url
from crawler.visit import Visit
from detectors.conclude import SearchCertificate, conclude
from detectors.facts import BrowserFacts, PortalFacts, TransportFacts
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter, ReplayIndex
from storage.archive.luggage import is_taken
from storage.errors import StorageError
from storage.recorder import RunRecorder
from storage.records import PortalRecord
from storage.repository import finish_run, put_portal, start_run
from survey.countries import UnknownCountryError, country
from survey.features import features
from survey.questionnaire import NEWEST, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from crawler.browser.engine import Engine
    from crawler.progress import ProgressCallback
    from detectors.conclude import Finding
    from storage.database import Database

_MAX_PROBLEMS = 20
_ALONE = Turn(batch_seconds=0.5)


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
        turn: Turn = _ALONE,
        progress: ProgressCallback | None = None,
    ) -> None:
        seed, named = typed_url(target.url)
        self.target = replace(target, url=seed)
        self.edition = edition or NEWEST[target.kind]
        self.questionnaire = load(self.edition)
        self.official = official_languages(target.country)
        self._database = database
        self._replay = replay
        self.transport = TransportFacts()
        self._seconds = 0.0
        self._data_dir = data_dir
        self._judged: Judgement | None = None
        self._known = PortalFacts("")
        self._certificate = SearchCertificate()
        self._findings: tuple[Finding, ...] = ()
        self._markup = MarkupCheck()
        self._views: tuple[tuple[str, str], ...] = ()
        inspector = Inspector(inspector.detectors, inspector.lexicons)
        self._turn = turn
        self.run_id = self._open(options) if turn.resume is None else turn.resume
        self.archive = data_dir / "archive" / f"run-{self.run_id:06d}"
        writer = ArchiveWriter(
            self.archive, f"run-{self.run_id:06d}", info={"software": user_agent(options.contact), "description": seed}
        )
        self._recorder = RunRecorder(database, self.run_id, writer, batch_seconds=turn.batch_seconds)
        try:
            self.visit = self._visit(_seeds(seed, named), options, inspector, progress)
        except BaseException:
            with suppress(StorageError):
                self._recorder.close()
            raise

    def _visit(
        self, seeds: list[str], options: CrawlOptions, inspector: Inspector, progress: ProgressCallback | None
    ) -> Visit:
        """The visit, with what it goes on from."""
        turn, replay = self._turn, self._replay
        visit = Visit(
            self.target,
            seeds,
            options,
            inspector,
            RunLog(self._recorder),
            replay=Replay(replay) if replay is not None else None,
            languages=self.official,
            progress=progress,
            pool=turn.pool,
            earlier=turn.earlier,
            pacer=turn.pacer,
        )
        visit.budget.clock = self._clock()
        if turn.resume is not None:
            kept, self.transport = broken_off(self._database, turn.resume, self.archive)
            visit.go_on_from(kept)
        for url, promised in turn.leads:
            visit.lead(url, promised)
        return visit

    def _open(self, options: CrawlOptions) -> int:
        target, turn = self.target, self._turn
        with self._database.session() as session:
            portal_id = turn.portal_id
            if portal_id is None:
                record = PortalRecord(target.url, target.name or target.url, target.kind, target.country or None)
                portal_id = put_portal(session, record).id
            run = start_run(
                session,
                portal_id,
                self.edition,
                kind="replay" if self._replay else "live",
                cycle_id=turn.cycle_id,
                settings=options.model_dump(mode="json"),
                software=user_agent(),
                taken=partial(is_taken, self._data_dir),
            )
            return run.id

    def _clock(self) -> Callable[[], float]:
        """Seconds that count for the portal: not those in which the database was away."""
        outage = self._database.outage
        before = outage.seconds
        return lambda: monotonic() - (outage.seconds - before)

    def use_browser(self, engine: Engine) -> None:
        """Has the crawl render pages, and `browse` measure and picture."""
        from crawler.browser.browsing import Browsing, Places

        places = Places(self.run_id, self._database, self.archive, self._data_dir)
        self.visit.browsing = Browsing(engine, self.visit, places)

    async def examine(self) -> None:
        """After the crawl: measures in the browser, has markup and style sheets checked, concludes, and pictures the
        proof."""
        browsing = self.visit.browsing
        try:
            self._judged = self._judgement()
            if browsing is not None:
                await browsing.measure()
            await self._validate()
            self.visit.tell("concluding")
            await asyncio.to_thread(self._conclude)
            if browsing is not None:
                self._findings = await browsing.picture(self._findings)
        finally:
            if browsing is not None:
                await browsing.close()

    def hurry(self) -> None:
        """Cuts short what examines the portal after the crawl; it is concluded from what is known by then."""
        if self.visit.browsing is not None:
            self.visit.browsing.abort()
        self._markup.cut_short()

    async def _validate(self) -> None:
        """Whether the markup and style sheets of the pages that were measured, or of the home page, are valid."""
        visit = self.visit
        if not visit.options.validate_markup or visit.stop_cause == "interrupted" or not visit.read:
            return
        from crawler.browser.shelf import RunShelf
        from crawler.validator import find_validator

        if find_validator() is not None:
            visit.tell("validating")
        sampled = visit.browsing.sampled if visit.browsing is not None else ()
        shelf = RunShelf(self._database, self.run_id, self.archive, visit.log)
        await asyncio.to_thread(shelf.open)
        try:
            problem = await self._markup.run(sampled or (visit.story.final_url,), shelf)
        finally:
            shelf.close()
        if problem:
            visit.note(problem)

    def measured(self, facts: TransportFacts) -> None:
        """Takes what the probe of the transport measured; a visit that is broken off need not measure it again."""
        self.transport = facts
        if self._turn.cycle_id is not None:
            keep_transport(self._database, self.run_id, facts)

    def suspend(self) -> None:
        """Stores what was fetched and closes the archive; the run keeps no outcome, so that it can be gone on with."""
        with suppress(StorageError):
            self._recorder.close()
        self._let_go()

    def _let_go(self) -> None:
        self.visit.readers.close()
        for held in (self.visit.kept, self._turn.earlier):
            if held is not None:
                held.close()

    def finish(self) -> RunResult:
        """Concludes, stores findings and answers, writes the outcome, and closes the archive."""
        visit = self.visit
        if not self._findings:
            self._conclude()
        visit.log.conclude(self._findings, answers(self.questionnaire, self._findings))
        self._views = visit.browsing.views() if visit.browsing is not None else ()
        self._recorder.close()
        self._let_go()
        self._seconds = round(visit.budget.seconds, 3)
        result = self._result()
        self._close_row(result)
        return result

    def _conclude(self) -> None:
        visit, inspector = self.visit, self.visit.inspector
        self._judged = self._judged or self._judgement()
        self._known = self._facts()
        with visit.detecting:
            observations = inspector.portal(self._known)
            visit.tally.note(observations)
            visit.log.observations(observations)
            self._certificate = certificate_of(visit, self._judged)
            proofs = {key: feature.proof for key, feature in features().items()}
            self._findings = conclude(visit.tally, self._certificate, inspector, proofs, visit.gone.is_target_of)

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
            transport = self._transport(final)
        return PortalFacts(
            final or self.target.url,
            self.target.country,
            self.target.kind,
            dict(visit.tally.languages),
            self.official,
            transport,
            visit.browsing.facts if visit.browsing is not None else BrowserFacts(),
            validity=self._markup.facts,
        )

    def _transport(self, final: str) -> TransportFacts:
        """What the probe measured; what it did not, as the crawl saw it."""
        visit = self.visit
        seen = unless_read(self.transport, final) if visit.story.opened else self.transport
        leads, hsts = seen.http_redirects_to_https, seen.hsts
        return replace(
            seen,
            http_redirects_to_https=visit.redirects_to_https if leads is None else leads,
            hsts=visit.hsts if hsts is None else hsts,
            final_url=final,
        )

    def _close_row(self, result: RunResult) -> None:
        visit, budget = self.visit, self.visit.budget
        values: dict[str, Any] = {
            "cause": result.cause or None,
            "reason": result.message,
            "pages": visit.tally.pages,
            "requests": budget.requests,
            "bytes": budget.bytes,
            "seconds": self._seconds,
            "languages": languages_of(visit),
            "archive": self._archive_name(),
            "certificate": account(visit, self._certificate, self._known, result),
        }

        def finish(session: Session) -> None:
            self._recorder.check(session)
            finish_run(session, self.run_id, result.outcome, **values)

        self._database.write(finish)

    def _archive_name(self) -> str:
        return "/".join(self.archive.parts[-2:])

    def _result(self) -> RunResult:
        visit, budget = self.visit, self.visit.budget
        assert self._judged is not None
        return RunResult(
            self.target,
            self.edition,
            self._judged.outcome,
            self._judged.cause,
            self._judged.message,
            visit.tally.pages,
            budget.requests,
            budget.bytes,
            self._seconds,
            tuple(languages_of(visit)),
            self._findings,
            self.run_id,
            self.archive,
            tuple(self._problems()),
            self._known.transport,
            round(visit.detecting.seconds, 3),
            round(visit.browsing.seconds, 3) if visit.browsing is not None else 0.0,
            self._views,
            dict(visit.log.cuts),
        )

    def _problems(self) -> list[str]:
        """What went wrong without ending the run."""
        problems = [*self.visit.notes, *self.visit.inspector.problems]
        if self._replay is not None:
            problems += [f"{p.file}: {p.text}" for p in self._replay.problems[:_MAX_PROBLEMS]]
        return problems


def official_languages(code: str) -> tuple[str, ...]:
    """The official languages of a country (ISO 3166 alpha-3); empty if it is unknown."""
    try:
        return country(code).languages if code else ()
    except UnknownCountryError:
        return ()


def _seeds(seed: str, named: bool) -> list[str]:
    """The addresses to try, in order: https first where no scheme was named."""
    return [seed] if named else [seed, "http://" + seed.removeprefix("https://")]
