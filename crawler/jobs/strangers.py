"""A worker says which portals it leaves to others, since it does not know their questionnaire."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.cycle.strangers import MEND, strangers
from storage.repository.schedules import schedules
from survey.counts import count_of

if TYPE_CHECKING:
    from storage.database import Database

logger = logging.getLogger(__name__)


def tell_of_strangers(database: Database, told: set[str]) -> None:
    """Names, of the cycles that have begun, each edition that is not known here; those that were `told` are not told
    again. Raises `StorageError`."""
    with database.reader() as session:
        begun = {one.cycle_id: one.cycle.name for one in schedules(session) if one.fired is not None}
        found = [(name, *each) for number, name in begun.items() for each in strangers(session, number).items()]
    for name, edition, count in found:
        if edition not in told:
            told.add(edition)
            portals = f"{count_of(count, 'portal')} of the cycle {name!r}"
            logger.warning("the edition %r is not known here; %s are left to other workers: %s", edition, portals, MEND)
