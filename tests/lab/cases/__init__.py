"""Every case of the lab."""

from __future__ import annotations

from tests.lab.case import Case
from tests.lab.cases import content, documents, fronts, healthy, manners, network, redirects, transfer, traps

CASES: tuple[Case, ...] = (
    *healthy.CASES,
    *transfer.CASES,
    *redirects.CASES,
    *manners.CASES,
    *traps.CASES,
    *content.CASES,
    *documents.CASES,
    *fronts.CASES,
    *network.CASES,
)
