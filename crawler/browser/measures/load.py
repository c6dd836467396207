"""Weight of a page and the time it takes, and the errors of its scripts."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

from crawler.browser.measures.world import world_of
from detectors.facts.browser import LoadMeasures, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.async_api import Page, Request

_MAX_REQUESTS = 2000
_MAX_ERRORS = 20
_REFUSED = ("BLOCKED_BY_CLIENT", "blockedbyclient", "NS_ERROR_ABORT")


class Watch:
    """Watches a page from before it is opened: its requests and the errors of its scripts. Make it before `goto`."""

    def __init__(self, page: Page) -> None:
        self._done: list[Request] = []
        self.asked = 0
        self.failed = 0
        self.blocked = 0
        self.errors: list[str] = []
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)
        page.on("pageerror", self._on_error)

    def _on_request(self, request: Request) -> None:
        self.asked += 1

    def _on_finished(self, request: Request) -> None:
        if len(self._done) < _MAX_REQUESTS:
            self._done.append(request)

    def _on_failed(self, request: Request) -> None:
        refused = any(mark in (request.failure or "") for mark in _REFUSED)
        self.blocked += refused
        self.failed += not refused

    def _on_error(self, error: Error) -> None:
        if len(self.errors) < _MAX_ERRORS:
            self.errors.append(str(error).strip().splitlines()[0][:200] if str(error).strip() else "error")

    async def weights(self) -> tuple[Weight, ...]:
        """Requests answered so far and their bytes on the wire, headers included, by type of resource."""
        sizes = await asyncio.gather(*(_size(request) for request in self._done))
        return _weights((request.resource_type, size) for request, size in zip(self._done, sizes, strict=True))


async def _size(request: Request) -> int:
    with suppress(Error):
        sizes = await request.sizes()
        return max(0, sizes["responseBodySize"]) + max(0, sizes["responseHeadersSize"])
    return 0


def _weights(found: Iterable[tuple[str, int]]) -> tuple[Weight, ...]:
    requests: Counter[str] = Counter()
    weight: Counter[str] = Counter()
    for kind, size in found:
        requests[kind] += 1
        weight[kind] += size
    return tuple(Weight(kind, requests[kind], weight[kind]) for kind in sorted(requests))


async def measure_load(page: Page, watch: Watch | None = None, *, replayed: bool = False) -> LoadMeasures:
    """What the open page weighs and when it was ready. With a `watch` every request counts; without one, what the
    page's own clock tells (of other hosts often no bytes). Raises playwright's Error."""
    async with world_of(page) as world:
        found = await world.call("load", {})
    weights = await watch.weights() if watch else _weights(_entries(found))
    return LoadMeasures(
        page.url,
        sum(weight.requests for weight in weights),
        sum(weight.bytes for weight in weights),
        weights,
        found["first_byte"],
        found["dom_ready"],
        found["loaded"],
        found["largest_paint"],
        watch.blocked if watch else 0,
        watch.failed if watch else 0,
        replayed,
    )


def _entries(found: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    yield "document", found["document"]
    for entry in found["resources"]:
        yield entry["type"], entry["bytes"]
