"""Decides on every request of one page: what it is given, and what it is refused."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from playwright.async_api import Error

from crawler.wire import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page, Request, Route

    from crawler.browser.supply import Served, Supply

_NEVER = frozenset(("media", "eventsource", "websocket", "ping", "manifest", "texttrack", "cspviolationreport"))
_PICTURES = frozenset(("image", "imageset", "font"))
_MAX_REQUESTS = 300
_MAX_BYTES = 40 << 20
_QUIET = 0.4
_UNTRUE = frozenset(
    (b"content-encoding", b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"trailer")
)
"""Headers that no longer hold of a decoded body."""

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BLANKS = str.maketrans("\r\n\0", "   ")


class Traffic:
    """The requests of one page. Only GET is answered; sound, film and open-ended streams never, pictures and fonts on
    demand. The page itself may move on only to where `may_open` allows. `document` stands in for its first document.

    `requests` and `bytes` count what was answered, `types` the same by resource type, `refused` and `failed` the rest
    by reason.
    """

    def __init__(
        self,
        supply: Supply,
        *,
        pictures: bool,
        may_open: Callable[[str], bool],
        agent: str,
        document: Served | None = None,
    ) -> None:
        self._supply = supply
        self._document = document
        self._pictures = pictures
        self._may_open = may_open
        self._headers = {"User-Agent": agent}
        self._pending = 0
        self._last = monotonic()
        self.requests = 0
        self.bytes = 0
        self.types: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    async def attach(self, page: Page) -> None:
        """Answers all requests of the page from now on."""
        await page.route("**/*", self._answer)

    async def quiet(self, seconds: float) -> bool:
        """Waits until nothing was asked for a moment; False if that did not happen within `seconds`."""
        end = monotonic() + seconds
        while monotonic() < end:
            if not self._pending and monotonic() - self._last >= _QUIET:
                return True
            await asyncio.sleep(0.05)
        return False

    async def _answer(self, route: Route) -> None:
        request = route.request
        why = self._refusal(request)
        self._pending += 1
        try:
            if why:
                self.refused[why] += 1
                await _refuse(route)
            else:
                await self._fulfil(route, request)
        except Error:
            pass  # the page was closed meanwhile
        finally:
            self._pending -= 1
            self._last = monotonic()

    def _refusal(self, request: Request) -> str:
        """Why the request is not answered, empty if it is."""
        kind = request.resource_type
        if not request.url.startswith(("http://", "https://")):
            return "scheme"
        if request.method not in ("GET", "HEAD"):
            return "method"
        if kind in _NEVER or (kind in _PICTURES and not self._pictures):
            return kind
        if self.requests >= _MAX_REQUESTS or self.bytes >= _MAX_BYTES:
            return "budget"
        if kind == "document" and _of_page(request) and not self._may_open(request.url):
            return "scope"
        return ""

    async def _fulfil(self, route: Route, request: Request) -> None:
        self.requests += 1
        self.types[request.resource_type] += 1
        is_document = request.resource_type == "document"
        served, self._document = (self._document, None) if is_document else (None, self._document)
        if served is None:
            try:
                served = await self._supply.get(request.url, self._headers)
            except FetchError as error:
                self.failed[error.cause] += 1
                await _refuse(route, "failed")
                return
            if is_document and served.url != urldefrag(request.url).url:
                await route.fulfill(status=200, content_type="text/html; charset=utf-8", body=_onward(served.url))
                return
        self.bytes += len(served.body)
        await route.fulfill(status=served.status, headers=_headers(served), body=served.body)


async def _refuse(route: Route, how: str = "blockedbyclient") -> None:
    """Gives no answer; a page that wanted to move on stays as it is, where another error would take its place."""
    if route.request.resource_type == "document" and _of_page(route.request):
        await route.abort("aborted")
    else:
        await route.abort(how)


def _of_page(request: Request) -> bool:
    """Whether the page itself asks for a new document, not a frame in it."""
    with suppress(Error):
        return request.frame.parent_frame is None
    return True


def _headers(served: Served) -> dict[str, str]:
    """The headers by name; several of one name are joined, cookies by a line break as the browser's protocol wants.

    A browser takes no answer at all that has a name which is no token, or a line break or NUL in a value: such names
    are left out, and such characters become blanks (RFC 9110, 5.1 and 5.5).
    """
    joined: dict[str, str] = {}
    for raw_name, raw_value in served.headers:
        if raw_name.lower() in _UNTRUE or not _TOKEN.fullmatch(raw_name):
            continue
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1").translate(_BLANKS)
        between = "\n" if name == "set-cookie" else ", "
        joined[name] = f"{joined[name]}{between}{value}" if name in joined else value
    return joined


def _onward(url: str) -> str:
    """A page that leads on: a browser does not ask whether it may follow the redirects of an answer it was handed."""
    safe = url.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'<!doctype html><meta http-equiv="refresh" content="0;url={safe}">'
