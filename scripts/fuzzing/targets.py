"""Everything that reads bytes from outside, as functions of bytes: each must hold what it promises, whatever it is
given. An exception that escapes, or an assertion that fails, is a find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.robots import policy
from crawler.sitemaps import parse_sitemap
from crawler.urls import canonical, typed_url
from detectors.inspector import Inspector
from detectors.page.charset import decode
from detectors.promise import promises
from review.errors import Refused
from review.workbook.reading import read_book
from storage.archive import ArchiveReader
from storage.errors import StorageError

Target = Callable[[bytes], None]


@cache
def _inspector() -> Inspector:
    return Inspector.default()


def urls(data: bytes) -> None:
    """Canonical addresses stay what they are when made canonical again; a typed one is refused or has a host."""
    url = f"https://town.example/{data.decode('utf-8', 'replace')}"
    once = canonical(url)
    assert not once or canonical(once) == once, url
    with suppress(ValueError):
        assert typed_url(data.decode("utf-8", "replace"))[0].startswith(("http://", "https://"))


def charset(data: bytes) -> None:
    """Any bytes become text, with the name of an encoding."""
    text, encoding = decode(data, "text/html")
    assert isinstance(text, str)
    assert encoding


def page(data: bytes) -> None:
    """A page of any bytes is read by every detector without one failing; quotes are marked inside themselves."""
    inspector = _inspector()
    view = inspector.page("https://town.example/a", data, content_type="text/html")
    observations, failures, _ = inspector.look(view)
    assert not failures, failures
    for seen in observations:
        assert 0 <= seen.strength <= 1, seen
        assert all(0 <= start <= end <= len(seen.quote) for start, end in seen.matched), seen
    promises(view)


def robots(data: bytes) -> None:
    """Any robots.txt gives a policy that answers."""
    policy(200, data, "losi-scout").allows("https://town.example/a")


def sitemap(data: bytes) -> None:
    """Any sitemap gives addresses, or none."""
    pages, further = parse_sitemap(data)
    assert all(isinstance(url, str) for url in (*pages, *further))


def warc(data: bytes) -> None:
    """Any file in an archive's folder gives the records that are whole in it, or one clear error."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "run.warc.gz").write_bytes(data)
        with suppress(StorageError), ArchiveReader(folder) as reader:
            for item in reader.records():
                assert item.record.offset >= 0


def workbook(data: bytes) -> None:
    """Any file sent as a workbook is read, or refused with a reason."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(data)
        with suppress(Refused):
            read_book(path)


TARGETS: Mapping[str, Target] = {each.__name__: each for each in (urls, charset, page, robots, sitemap, warc, workbook)}
