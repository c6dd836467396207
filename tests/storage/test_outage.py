"""A database that does not answer is waited for, so long and no longer, by all threads and tasks alike."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from storage.errors import AwayError
from storage.outage import Outage

Bridge = Callable[[Outage, Callable[[], str]], str]


def _threads(outage: Outage, attempt: Callable[[], str]) -> str:
    return outage.bridge(attempt)


def _tasks(outage: Outage, attempt: Callable[[], str]) -> str:
    async def awaited() -> str:
        return attempt()

    return asyncio.run(outage.bridged(awaited))


both = pytest.mark.parametrize("bridge", [_threads, _tasks])


def _away(times: int, seen: Callable[[], object] = lambda: None) -> Callable[[], str]:
    """An attempt that finds the database away so many times; then it gives what it is asked for."""
    left = [times]

    def attempt() -> str:
        if left[0]:
            left[0] -= 1
            raise AwayError("the database is away")
        seen()
        return "done"

    return attempt


@both
def test_what_was_to_be_stored_is_tried_until_the_database_answers(
    bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    outage, during = Outage(), list[tuple[bool, bool]]()
    outage.allow(60)
    with caplog.at_level(logging.WARNING):
        assert bridge(outage, _away(2, lambda: during.append((outage.now, outage.seconds > 0.2)))) == "done"
    assert during == [(True, True)]
    assert not outage.now
    lasted = outage.seconds
    assert lasted > 0.2
    sleep(0.05)
    assert outage.seconds == lasted, "it is over"
    assert [record.getMessage().split(";")[0] for record in caplog.records] == [
        "the database is away",
        f"the database answers again after {lasted:.0f} seconds",
    ]
    bridge(outage, _away(1))
    assert outage.seconds > lasted


@both
def test_a_database_that_stays_away_is_waited_for_so_long_and_no_longer(bridge: Bridge) -> None:
    outage, began = Outage(), monotonic()
    with pytest.raises(AwayError):
        bridge(outage, _away(1))
    assert (outage.now, outage.seconds) == (False, 0.0), "nobody waits unless it is allowed"
    outage.allow(0.4)
    with pytest.raises(AwayError):
        bridge(outage, _away(99))
    assert 0.2 < monotonic() - began < 30


@both
def test_an_answer_ends_an_outage_that_nobody_waits_for_any_more(bridge: Bridge) -> None:
    """Else a crawl that has given up one visit would hold back all others."""
    outage = Outage()
    outage.allow(0.2)
    with pytest.raises(AwayError):
        bridge(outage, _away(99))
    assert outage.now
    assert bridge(outage, _away(0)) == "done"
    assert not outage.now


def test_nobody_waits_once_it_is_given_up_until_it_is_allowed_again() -> None:
    outage = Outage()
    outage.allow(600)
    waiting = threading.Timer(0.2, outage.give_up)
    waiting.start()
    for _ in range(2):
        with pytest.raises(AwayError):
            outage.bridge(_away(99))
    waiting.join()
    outage.allow(600)
    assert not outage.now
    assert outage.bridge(_away(1)) == "done"
