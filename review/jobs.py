"""What happens beside the requests: pages named as proof are fetched, contests checked, sheets opened."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from time import monotonic

from sqlalchemy import select

from crawler.proof import ProofPage, fetch_proof
from crawler.settings import CONTACT, CrawlOptions
from review.context import Context
from review.service import assignments, proofs
from storage.archive.luggage import is_taken
from storage.errors import StorageError
from storage.models import Card, Contest, Sheet
from storage.repository.sheets import OpenCount, findings_by_feature, open_sheets
from survey.questionnaire import load

IDLE = 1.0
"""Seconds between two looks for work."""
OPENING = 30.0
"""Seconds between two looks for finished runs."""
_MAX_PAGE = 10_000_000
log = logging.getLogger(__name__)


async def forever(context: Context) -> None:
    """Works until it is cancelled; a failure is logged, and the work tried again later."""
    opened = -OPENING
    while True:
        try:
            if monotonic() - opened >= OPENING:
                opened = monotonic()
                await asyncio.to_thread(open_all, context)
            if await asyncio.to_thread(fetch_next, context):
                continue
        except StorageError as error:
            log.warning("background work waits: %s", error)
        except Exception:
            log.exception("background work failed")
        await asyncio.sleep(IDLE)


def open_all(context: Context) -> OpenCount:
    """Opens sheets for runs that ended since, renews those of newer runs, and deals their cards."""
    with context.database.session() as session:
        count = open_sheets(session, context.clock(), assessors=context.settings.assessors)
        if count.opened or count.renewed:
            session.flush()
            assignments.deal(session, context.settings)
    return count


def fetch_next(context: Context) -> bool:
    """Fetches the next page that somebody named; False if there is none."""
    with context.database.session() as session:
        job = proofs.take(session, context.clock(), partial(is_taken, context.data))
        if job is None:
            return False
        contest = session.scalar(select(Contest).where(Contest.fetch_id == job.id))
        card = session.get_one(Card, job.card)
        wanted = load(job.edition).indicator(card.code).features if contest is not None else ()
    try:
        page = fetch_proof(job.url, job.run, context.database, context.data, options(context), wanted)
    except Exception as error:
        log.exception("a page could not be fetched")
        page = ProofPage(job.url, None, f"it could not be fetched: {type(error).__name__}")
    with context.database.session() as session:
        proofs.done(session, job, page.seq, page.error)
        if contest is not None:
            found = session.get_one(Contest, contest.id)
            if found.closed is None:
                found.state = "checked" if page.seq is not None else "failed"
            found.result = {**found.result, **_result(context, job.card, page)}
    return True


def options(context: Context) -> CrawlOptions:
    """How proof is fetched: politely, one page, from the public internet."""
    return CrawlOptions(
        max_pages=1,
        max_body=_MAX_PAGE,
        allow_private=context.settings.allow_private,
        contact=context.settings.contact or CONTACT,
    )


def _result(context: Context, card_id: int, page: ProofPage) -> dict[str, object]:
    """The states of the card's features before, and on the page that was named."""
    with context.database.reader() as session:
        card = session.get_one(Card, card_id)
        sheet = session.get_one(Sheet, card.sheet_id)
        before = findings_by_feature(session, card.run_id)
        keys = load(sheet.edition).indicator(card.code).features
        said = {key: before[key].state if key in before else "unknown" for key in keys}
    return {
        "before": said,
        "after": {finding.feature: finding.state for finding in page.findings},
        "confidence": {finding.feature: finding.confidence for finding in page.findings},
        "proof": [
            {
                "feature": finding.feature,
                "excerpt": best.quote,
                "matched": best.matched,
                "why": best.why,
                "url": best.url,
            }
            for finding in page.findings
            for best in finding.evidence[:1]
        ],
        "error": page.error,
    }
