"""Download handler that serves a crawl from an archive: strict, offline, deterministic."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.urls import canonical
from crawler.wire import FetchError, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler

    from storage.archive import ArchivedResponse, ReplayIndex

_INDEXES = ("index.html", "index.htm", "index.php", "default.aspx")


class Replay:
    """Looks pages up in an archive, and remembers the last one, which is asked for twice: before and by the request.

    Mirrors lack the redirect from `/a` to `/a/` that every server gives, and keep `/a/index.html` under one of its two
    names; so the one stands for the other.
    """

    def __init__(self, index: ReplayIndex) -> None:
        self.index = index
        self._last: tuple[str, ArchivedResponse | None] = ("", None)

    def find(self, url: str) -> ArchivedResponse | None:
        """The archived answer, None if the archive has none."""
        if self._last[0] != url:
            found = next((hit for name in (url, *_twins(url)) if (hit := self.index.lookup(name)) is not None), None)
            self._last = (url, found if found is not None and found.status else None)
        return self._last[1]


def _twins(url: str) -> Iterator[str]:
    """Other names of the same folder."""
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    if last in _INDEXES:
        names = [f"{folder}/"]
    elif last:
        names = [f"{parts.path}/"]
    else:
        names = [folder, *(f"{folder}/{index}" for index in _INDEXES)]
    return (parts._replace(path=name).geturl() for name in names if name)


class ReplayHandler:
    """Answers from the visit's `Replay`; a URL that is not in it is an error with cause `not_in_archive`."""

    lazy = True

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayHandler:
        """Scrapy's way in."""
        return cls(crawler.spider.visit.replay)  # type: ignore[union-attr]

    async def download_request(self, request: Request) -> Response:
        """The archived answer; never the network."""
        found = self._replay.find(request.url)
        if found is None:
            raise FetchError("not_in_archive", f"{request.url} is not in the archive")
        request.meta["wire"] = Wire(
            found.status,
            found.reason,
            found.headers,
            found.body,
            found.fetched_at,
            None,
            found.truncated,
            f"{found.file}#{found.offset}",
        )
        url = request.url if canonical(found.url) == canonical(request.url) else found.url
        return Response(url, found.status, found.headers, found.body)

    async def close(self) -> None:
        """Nothing to close: the index belongs to whoever opened it."""
