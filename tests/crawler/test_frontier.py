"""Best first, deterministic, each URL once, bounded."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier import Frontier

HOST = "https://town.example"


@dataclass
class Settled:
    """Progress that a test moves."""

    settled: set[str] = field(default_factory=set)


def _drain(frontier: Frontier) -> list[str]:
    out = []
    while (entry := frontier.pop()) is not None:
        out.append(entry.url.removeprefix(HOST))
    return out


def test_promise_then_zone_then_order() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/plain")
    frontier.add(f"{HOST}/menu", zone="nav")
    frontier.add(f"{HOST}/likely", (("budget", 0.4),))
    frontier.add(f"{HOST}/sure", (("budget", 0.9),))
    frontier.add(f"{HOST}/other")
    assert _drain(frontier) == ["/sure", "/likely", "/menu", "/plain", "/other"]


def test_settled_features_are_worth_nothing_more() -> None:
    progress = Settled()
    frontier = Frontier(progress)
    frontier.add(f"{HOST}/budget", (("budget", 0.9),))
    frontier.add(f"{HOST}/contact", (("contact", 0.5),))
    progress.settled.add("budget")
    assert _drain(frontier) == ["/contact", "/budget"]


def test_many_promises_of_one_feature_take_turns_with_others() -> None:
    frontier = Frontier(Settled())
    for name in "abcdef":
        frontier.add(f"{HOST}/{name}-news", (("news", 0.9),))
    frontier.add(f"{HOST}/map", (("map", 0.6),))
    assert _drain(frontier).index("/map") <= 2


def test_each_url_once_in_whatever_form() -> None:
    frontier = Frontier(Settled())
    assert frontier.add(f"{HOST}/a?x=1&y=2")
    assert not frontier.add(f"{HOST}/a?y=2&x=1#part")
    assert not frontier.add(f"{HOST}:443/a?x=1&y=2&utm_source=z")
    assert len(frontier) == 1
    assert frontier.pop() is not None
    assert frontier.taken(f"{HOST}/a?y=2&x=1")
    assert not frontier.add(f"{HOST}/a?x=1&y=2", (("budget", 1.0),))
    assert len(frontier) == 0


def test_a_better_label_lifts_a_waiting_link() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/x")
    frontier.add(f"{HOST}/y", (("news", 0.5),))
    assert frontier.add(f"{HOST}/x", (("budget", 0.9),))
    assert len(frontier) == 2
    assert _drain(frontier) == ["/x", "/y"]
    assert len(frontier) == 0


def test_taken_urls_never_come() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/a")
    frontier.take(f"{HOST}/a#x")
    frontier.take(f"{HOST}/b")
    assert not frontier.add(f"{HOST}/b")
    assert (len(frontier), frontier.pop()) == (0, None)


def test_traps_are_counted_once() -> None:
    frontier = Frontier(Settled())
    for _ in range(3):
        assert not frontier.add(f"{HOST}/calendar?year=2020")
    assert frontier.cut == {"calendar": 1}
    assert not frontier.add("mailto:a@town.example")
    assert len(frontier) == 0


def test_one_shape_waits_after_its_quota() -> None:
    frontier = Frontier(Settled())
    for number in range(40):
        frontier.add(f"{HOST}/news/{number}", (("news", 0.9),))
    frontier.add(f"{HOST}/about")
    order = _drain(frontier)
    assert order.index("/about") <= 13
    assert len(order) == 41


def test_the_queue_is_bounded_and_the_best_stay() -> None:
    frontier = Frontier(Settled(), limit=100)
    for number in range(1000):
        frontier.add(f"{HOST}/{'x' * (number % 30)}y{number}z", (("budget", number / 1000),))
    assert len(frontier) <= 100
    assert frontier.dropped >= 900
    first = frontier.pop()
    assert first is not None
    assert first.features[0][1] > 0.99
    assert frontier.add(f"{HOST}/y0z", (("budget", 0.5),))


operations = st.lists(
    st.tuples(
        st.sampled_from(["add", "pop", "settle", "take"]), st.integers(0, 40), st.integers(0, 5), st.integers(0, 10)
    ),
    max_size=120,
)


def _play(moves: list[tuple[str, int, int, int]]) -> tuple[list[str], int]:
    progress = Settled()
    frontier = Frontier(progress, limit=30)
    got: list[str] = []
    for move, page, feature, weight in moves:
        if move == "add":
            frontier.add(f"{HOST}/p{page}/a", ((f"f{feature}", weight / 10),))
        elif move == "settle":
            progress.settled.add(f"f{feature}")
        elif move == "take":
            frontier.take(f"{HOST}/p{page}/a")
        elif (entry := frontier.pop()) is not None:
            got.append(entry.url)
    return got + [f"{HOST}{path}" for path in _drain(frontier)], len(frontier)


@given(operations)
def test_any_history_gives_the_same_order_and_no_url_twice(moves: list[tuple[str, int, int, int]]) -> None:
    got, left = _play(moves)
    assert len(got) == len(set(got))
    assert left == 0
    assert _play(moves) == (got, left)
