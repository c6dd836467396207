"""Seeds and outcomes: what is tried next, and what a failure is called."""

from __future__ import annotations

import pytest

from crawler.gate import Gate, Refusal, random_path
from crawler.outcome import SeedStory
from crawler.reading import Answer, read
from crawler.result import Cause
from crawler.wire import FetchError
from detectors.inspector import Inspector
from tests.crawler.loopback import TEXT, page


def test_a_bare_domain_without_host_is_tried_with_www() -> None:
    story = SeedStory(["https://town.gov/", "http://town.gov/"])
    first = story.next()
    assert first == "https://town.gov/"
    story.failed(first, FetchError("dns", "the host name is not known"))
    assert [story.next() for _ in range(3)] == ["http://town.gov/", "https://www.town.gov/", None]


def test_other_hosts_get_no_twin() -> None:
    for url in ("https://www.town.gov/", "https://10.0.0.1/", "https://localhost/"):
        story = SeedStory([url])
        story.failed(str(story.next()), FetchError("dns", "not known"))
        assert story.next() is None


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("dns", "unreachable"),
        ("tcp", "unreachable"),
        ("tls", "unreachable"),
        ("timeout", "unreachable"),
        ("private_address", "unreachable"),
        ("error", "unreachable"),
        ("robots", "blocked"),
        ("redirect_loop", "no_portal"),
        ("not_in_archive", "no_portal"),
    ],
)
def test_failures_by_cause(cause: Cause, outcome: str) -> None:
    story = SeedStory([])
    story.failed("https://town.gov/", FetchError(cause, "what happened"))
    assert (story.problems[0].outcome, story.problems[0].cause) == (outcome, cause)
    assert "what happened" in story.problems[0].message


@pytest.mark.parametrize(
    ("cause", "text", "told"),
    [
        (
            "dns",
            "the host name of https://town.gov/robots.txt is not known",
            "the host name of https://town.gov/ is not known; check the spelling of the address",
        ),
        (
            "timeout",
            "https://town.gov/robots.txt did not answer within 30 seconds",
            "https://town.gov/ did not answer within 30 seconds; try again later, or give it more time with --timeout",
        ),
        (
            "tcp",
            "no connection to https://town.gov:8443/robots.txt: Connection refused",
            "no connection to https://town.gov:8443/: Connection refused; check host and port, and try again later",
        ),
    ],
)
def test_failures_are_said_once_and_of_the_portal(cause: Cause, text: str, told: str) -> None:
    story = SeedStory([])
    story.failed("https://town.gov/", FetchError(cause, text))
    assert story.problems[0].message == told


def test_refusals_by_status() -> None:
    story = SeedStory([])
    for status, outcome in ((403, "blocked"), (404, "no_portal"), (500, "unreachable"), (204, "no_portal")):
        story.refused("https://town.gov/", status, Refusal("http_status", f"HTTP {status}"))
        assert story.problems[-1].outcome == outcome


def test_meta_refreshes_end() -> None:
    story = SeedStory([])
    assert [story.hop(f"https://town.gov/{n}") for n in range(5)] == [True, True, True, False, False]


def test_random_paths_differ_by_origin_and_seed() -> None:
    paths = {random_path(origin, seed) for origin in ("https://a.gov", "https://b.gov") for seed in (0, 1)}
    assert len(paths) == 4
    assert random_path("https://a.gov", 0) in paths


def test_the_gate_names_duplicates_and_empty_pages(inspector: Inspector) -> None:
    gate = Gate()

    def judged(url: str, body: str, status: int = 200) -> str:
        answer = Answer(url, body.encode(), status, "text/html", {}, None, None)
        refusal = gate.judge(read(answer, inspector), answer.body)
        return refusal.kind if refusal is not None else ""

    assert judged("https://town.gov/", page("Town", body=TEXT)) == ""
    assert judged("https://town.gov/index.html", page("Town", body=TEXT)) == "duplicate"
    assert judged("https://town.gov/a", " \n") == "empty"
    assert judged("https://town.gov/b", page("Gone"), 404) == "http_status"
    assert gate.refused == {"duplicate": 1, "empty": 1, "http_status": 1}
