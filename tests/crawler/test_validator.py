"""The Nu Html Checker as it runs: found or not, its verdicts, its time limit, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar

import psutil
import pytest

from crawler.validator import Validator, ValidatorError, ValidatorPlace, find_validator, lacking
from crawler.validity import check_page, sheets_of, stylesheets, validate, validity_of, validity_of_captures
from crawler.wire import FetchError, Wire
from detectors.facts import ValidityFacts
from detectors.page import Page

T = TypeVar("T")
_WHEN = datetime(2026, 11, 1, tzinfo=UTC)
URL = "https://villa.example/"
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Town</title>'


@pytest.fixture(scope="module")
def place() -> ValidatorPlace:
    """Where Java and the jar are."""
    found = find_validator()
    if found is None:
        pytest.skip("no Java, or no vnu.jar: run scripts/setup_validator.sh")
    return found


class Ask(Protocol):
    """Asks one checker that lives as long as this module."""

    def __call__(self, question: Callable[[Validator], Coroutine[Any, Any, T]]) -> T: ...


@pytest.fixture(scope="module")
def ask(place: ValidatorPlace) -> Iterator[Ask]:
    """One checker, and the event loop it lives in."""
    with asyncio.Runner() as runner:
        validator = Validator(place, start=300.0, timeout=120.0)
        runner.run(validator.__aenter__())

        def one(question: Callable[[Validator], Coroutine[Any, Any, T]]) -> T:
            return runner.run(question(validator))

        yield one
        runner.run(validator.close())


_TWO_PORTS = """#!{python}
import http.server, pathlib, sys, threading
first = not pathlib.Path("{seen}").exists()
pathlib.Path("{seen}").touch()

class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{other}" if first else b'{{"version": "26.1", "messages": []}}')
        if first:
            threading.Timer(0.3, server.shutdown).start()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Answer)
server.serve_forever()
"""


@pytest.mark.parametrize("other", ["It works!", "[1]", "{{}}"])
def test_another_server_that_was_faster_at_the_port_is_taken_for_no_checker(tmp_path: Path, other: str) -> None:
    """It answers while the checker starts; the checker ends, since the port is taken, and is given another one."""
    java = tmp_path / "java"
    java.write_text(_TWO_PORTS.format(python=sys.executable, seen=tmp_path / "seen", other=other))
    java.chmod(0o755)

    async def started() -> str:
        async with Validator(ValidatorPlace(java, tmp_path / "vnu.jar"), start=60.0) as validator:
            return validator.version

    assert asyncio.run(started()) == "26.1"


def page(markup: str, content_type: str = "text/html; charset=utf-8") -> Page:
    """A page."""
    return Page(URL, markup.encode(), content_type=content_type, capture=5)


def test_a_page_without_errors(ask: Ask) -> None:
    markup, css = ask(lambda v: check_page(v, page(f"{HEAD}</head><body><p>Town hall</p></body></html>"), {}))
    assert (markup.kind, markup.errors, markup.warnings, markup.first, markup.capture) == ("markup", 0, 0, (), 5)
    assert (css.kind, css.errors, css.missing) == ("css", 0, 0)


def test_errors_are_counted_and_the_first_are_told_with_their_lines(ask: Ask) -> None:
    wrong = f"{HEAD}</head>\n<body>\n" + "<img src=a.png>\n" * 12 + "</body></html>"
    markup, _ = ask(lambda v: check_page(v, page(wrong), {}))
    assert (markup.errors, len(markup.first)) == (12, 10)
    assert [message.line for message in markup.first] == list(range(3, 13))
    assert "alt" in markup.first[0].text
    assert "<img" in markup.first[0].extract


def test_warnings_are_counted_apart(ask: Ask) -> None:
    untold = "<!DOCTYPE html><html><head><title>Die Stadt</title></head></html>"
    markup, _ = ask(lambda v: check_page(v, page(untold), {}))
    assert (markup.errors, markup.warnings) == (0, 1)


def test_style_sheets_inside_the_page_are_css(ask: Ask) -> None:
    markup, css = ask(
        lambda v: check_page(v, page(f"{HEAD}<style>p {{ colr: red }}</style></head><body><p>x</p></body></html>"), {})
    )
    assert (markup.errors, css.errors) == (0, 1)
    assert "colr" in css.first[0].text
    assert not css.first[0].text.startswith("CSS")


def test_style_sheets_beside_the_page_are_checked_once(ask: Ask) -> None:
    links = "".join(f'<link rel="stylesheet" href="/{name}.css">' for name in ("good", "bad", "far", "long"))
    pages = [page(f"{HEAD}{links}</head><body><p>x</p></body></html>")] * 2
    sheets = {f"{URL}good.css": b"p { color: red }", f"{URL}bad.css": b"p { colr: red; color: ; }"}
    sheets[f"{URL}long.css"] = b" " * 2_000_001
    facts = ask(lambda v: validate(v, pages, sheets))
    found = [(one.url.removeprefix(URL), one.kind, one.errors, one.missing) for one in facts.documents]
    assert found == [("", "markup", 0, 0), ("", "css", 0, 1)] * 2 + [
        ("good.css", "css", 0, 0),
        ("bad.css", "css", 2, 0),
    ]
    assert facts.tool == "Nu Html Checker"
    assert facts.version[0].isdigit()


def test_only_style_sheets_that_always_apply() -> None:
    links = (
        "<link rel=stylesheet href=a.css><link rel='alternate stylesheet' href=b.css><link rel=icon href=c.ico>"
        "<link rel=stylesheet href=a.css>"
    )
    assert stylesheets(page(f"{HEAD}{links}</head></html>")) == (f"{URL}a.css",)


def test_style_sheets_are_gathered_and_what_fails_is_left_out() -> None:
    async def fetch(url: str) -> bytes:
        if url.endswith("gone.css"):
            raise FetchError("http_status", "404")
        return url.encode()

    links = "".join(f"<link rel=stylesheet href={name}.css>" for name in ("a", "gone", "b", "c"))
    found = asyncio.run(sheets_of([page(f"{HEAD}{links}</head></html>")] * 2, fetch, limit=3))
    assert found == {f"{URL}a.css": f"{URL}a.css".encode(), f"{URL}b.css": f"{URL}b.css".encode()}


def test_an_encoding_other_than_utf_8(ask: Ask) -> None:
    body = f"{HEAD}</head><body><p>Grüße</p></body></html>".replace('<meta charset="utf-8">', "").encode("iso-8859-1")
    found = Page(URL, body, content_type="text/html; charset=windows-1252")
    markup, _ = ask(lambda v: check_page(v, found, {}))
    assert [message.text for message in markup.first if "ncoding" not in message.text] == []


@pytest.mark.parametrize("content_type", ["", "application/octet-stream"])
def test_a_page_that_its_server_does_not_call_html_is_judged_as_html(ask: Ask, content_type: str) -> None:
    markup, _ = ask(lambda v: check_page(v, page(f"{HEAD}</head><body><img src=a></body></html>", content_type), {}))
    assert ["alt" in message.text for message in markup.first] == [True]


def test_a_fault_after_which_the_checker_reads_no_further(ask: Ask) -> None:
    """It hangs up with most of the document unread; the verdict counts, and the next document has one too."""
    lost = page(f"{HEAD}</head><body><table><p>x</p>" + "<p>Town hall</p>\n" * 60_000)
    for _ in range(3):
        markup, _ = ask(lambda v: check_page(v, lost, {}))
        assert markup.errors == 2
    markup, _ = ask(lambda v: check_page(v, page(f"{HEAD}</head><body><p>x</p></body></html>"), {}))
    assert markup.errors == 0


def test_what_is_too_large_is_not_judged(ask: Ask) -> None:
    assert ask(lambda v: check_page(v, page("x" * 2_000_001), {})) == []


def test_an_unknown_encoding_is_an_error_of_the_page(ask: Ask) -> None:
    markup, _ = ask(lambda v: check_page(v, page("x", "text/html; charset=no-such-encoding"), {}))
    assert "no-such-encoding" in markup.first[0].text


def _below(pid: int) -> set[int]:
    return {process.pid for process in psutil.Process(pid).children(recursive=True)}


def test_nothing_is_left_of_it(place: ValidatorPlace) -> None:
    before = _below(os.getpid())

    async def go() -> set[int]:
        async with Validator(place, start=300.0):
            return _below(os.getpid()) - before

    started = asyncio.run(go())
    assert len(started) >= 2
    end = monotonic() + 30
    while any(psutil.pid_exists(pid) for pid in started):
        assert monotonic() < end, "the checker outlived its context"
        sleep(0.05)


def test_a_checker_that_does_not_start(place: ValidatorPlace, tmp_path: Path) -> None:
    damaged = tmp_path / "vnu.jar"
    damaged.write_bytes(b"no archive")

    async def go(start: float, jar: Path) -> None:
        async with Validator(ValidatorPlace(place.java, jar), start=start):
            pass

    with pytest.raises(ValidatorError, match="damaged"):
        asyncio.run(go(60.0, damaged))
    with pytest.raises(ValidatorError, match="did not start: no answer in time"):
        asyncio.run(go(0.05, place.jar))


class Held:
    """Captures by address."""

    def __init__(self, *answers: tuple[str, int, str, bytes]) -> None:
        self._by_url = {
            url: (
                number,
                Wire(status, "", ((b"Content-Type", kind.encode()),), body, datetime(2026, 11, 1, tzinfo=UTC)),
            )
            for number, (url, status, kind, body) in enumerate(answers, 1)
        }

    def find(self, url: str) -> tuple[int, Wire] | None:
        return self._by_url.get(url)


def test_pages_and_style_sheets_as_they_were_captured(place: ValidatorPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSI_VNU", str(place.jar))
    links = "".join(f"<link rel=stylesheet href={name}.css>" for name in ("a", "gone", "far"))
    home = f"{HEAD}{links}</head><body><p>Grüße</p></body></html>".replace('<meta charset="utf-8">', "")
    held = Held(
        (URL, 200, "text/html; charset=utf-8", home.encode()),
        (f"{URL}a.css", 200, "text/css", b"p { colr: red }"),
        (f"{URL}gone.css", 404, "text/css", b""),
        (f"{URL}old", 404, "text/html", b"<p>x"),
        (f"{URL}plan", 200, "application/pdf", b"%PDF-1.7"),
    )
    facts, problem = asyncio.run(validity_of_captures([URL, f"{URL}old", f"{URL}plan", f"{URL}none"], held))
    found = [(one.url, one.kind, one.errors, one.missing, one.capture) for one in facts.documents]
    assert found == [(URL, "markup", 0, 0, 1), (URL, "css", 0, 2, 1), (f"{URL}a.css", "css", 1, 0, None)]
    assert problem == ""


def test_a_run_without_pages_does_not_start_it() -> None:
    assert asyncio.run(validity_of_captures([URL], Held())) == (ValidityFacts(), "")


def test_without_the_tool_nothing_is_judged_and_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSI_VNU", "/none/vnu.jar")
    facts, problem = asyncio.run(validity_of([page(f"{HEAD}</head></html>")], {}))
    assert facts == ValidityFacts()
    assert problem == (
        "validity of markup and style sheets was not measured: LOSI_VNU names /none/vnu.jar, which is no file; "
        "name the vnu.jar of the Nu Html Checker"
    )


def test_what_is_lacking_is_told_with_what_anybody_can_do(tmp_path: Path) -> None:
    jar = tmp_path / "vnu.jar"
    jar.write_bytes(b"x")
    nothing = {"PATH": str(tmp_path), "LOSI_VNU": ""}
    assert lacking({**nothing, "LOSI_VNU": str(jar)}) == "the Nu Html Checker needs Java; install Java 11 or newer"
    if find_validator({**os.environ, "LOSI_VNU": ""}) is None:
        told = lacking(nothing)
        assert "https://github.com/validator/validator/releases and name it in LOSI_VNU, and install Java" in told


@pytest.mark.parametrize("named", [True, False])
def test_where_it_is_looked_for(tmp_path: Path, named: bool) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    jar = tmp_path / "mine.jar"
    jar.write_bytes(b"x")
    environ = {"PATH": str(tmp_path), "LOSI_VNU": str(jar if named else tmp_path / "none.jar")}
    assert find_validator(environ) == (ValidatorPlace(java, jar) if named else None)
    assert find_validator({**environ, "PATH": str(tmp_path / "empty")}) is None
