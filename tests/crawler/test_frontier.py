"""Best first, deterministic, each URL once, bounded."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.experience import Experience
from crawler.frontier import Entry, Frontier
from crawler.prior import is_story, prior
from crawler.waiting import Waiting
from detectors.conclude import Tally
from detectors.observation import Observation

HOST = "https://town.example"


@dataclass
class Settled:
    """Progress that a test moves."""

    settled: set[str] = field(default_factory=set)


def seen(feature: str, strength: float) -> Observation:
    """Proof of a feature on a page."""
    return Observation(feature, "content", strength, "quote", "why")


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


def test_an_address_first_found_in_another_form_waits_once() -> None:
    frontier = Frontier(Settled())
    assert frontier.add(f"{HOST}/a?y=2&x=1#part")
    assert not frontier.add(f"{HOST}/a?x=1&y=2")
    assert len(frontier) == 1


def test_a_link_is_known_in_the_form_in_which_it_was_found() -> None:
    frontier, url, promise = Frontier(Settled()), f"{HOST}/a?y=2&x=1#part", (("budget", 0.5),)
    assert not frontier.knows(url)
    frontier.add(url, promise, label="Budget")
    assert frontier.knows(url, promise, label="Budget")
    assert frontier.knows(url)
    assert not frontier.knows(url, promise, label="Accounts"), "it may be no story by this name"
    assert not frontier.knows(url, (("budget", 0.6),), label="Budget")


def test_a_link_found_again_for_something_else_waits_for_both() -> None:
    frontier = Frontier(Settled())
    assert frontier.add(f"{HOST}/x", (("budget", 0.5),))
    assert frontier.add(f"{HOST}/x", (("audit", 0.5),))
    assert not frontier.add(f"{HOST}/x", (("audit", 0.4),))
    entry = frontier.pop()
    assert entry is not None
    assert dict(entry.features) == {"budget": 0.5, "audit": 0.5}
    assert (len(frontier), frontier.pop()) == (0, None)


@pytest.mark.parametrize(
    ("url", "label", "left"),
    [
        (f"{HOST}/n/17", "Budget", [{"budget": 0.9}]),
        (f"{HOST}/n/17", "The mayor opens the new budget office in the old town", []),
        (f"{HOST}/budget?year=2020", "Budget", [{"budget": 0.9}]),
        (f"{HOST}/budget?print=1", "Budget", []),
        ("mailto:budget@town.example", "Budget", []),
    ],
)
def test_neither_a_story_nor_what_is_no_page_of_its_own_leaves_a_promise_open(
    url: str, label: str, left: list[dict[str, float]]
) -> None:
    """Whether the link may be followed or not."""
    added, left_aside = Frontier(Settled()), Frontier(Settled())
    added.add(url, (("budget", 0.9),), label=label)
    left_aside.leave(url, (("budget", 0.9),), label)
    left_aside.leave(f"{HOST}/other", (), "Other")
    assert list(added.unsettled()) == list(left_aside.unsettled()) == left


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
    for _ in range(2):
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


def test_pages_of_one_template_wait_once_they_tell_nothing_new() -> None:
    frontier = Frontier(Settled())
    for number in range(40):
        frontier.add(f"{HOST}/news/{number}", (("news", 0.3),))
    frontier.add(f"{HOST}/about")
    order = []
    while (entry := frontier.pop()) is not None:
        order.append(entry.url.removeprefix(HOST))
        frontier.learn(entry, ())
    assert order.index("/about") <= 3
    assert len(order) == 41


def test_what_was_seen_is_promised_in_vain() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/budget", (("budget", 0.9),))
    frontier.add(f"{HOST}/contact", (("contact", 0.5),))
    frontier.learn(Entry(f"{HOST}/"), [seen("budget", 0.8)])
    assert _drain(frontier) == ["/contact", "/budget"]


def test_a_list_that_leads_nowhere_gives_way_to_another() -> None:
    frontier = Frontier(Settled())
    home = Entry(f"{HOST}/")
    for name in "abcdef":
        frontier.add(f"{HOST}/{name}", depth=2, zone="nav", source=home)
    frontier.add(f"{HOST}/other", depth=2, zone="aside", source=home)
    order = []
    while (entry := frontier.pop()) is not None:
        order.append(entry.url.removeprefix(HOST))
        frontier.learn(entry, ())
    assert order == ["/a", "/other", "/b", "/c", "/d", "/e", "/f"]


def test_of_two_menus_that_tell_nothing_the_front_page_s_keeps_ahead() -> None:
    frontier = Frontier(Settled())
    for page, depth in (("front", 1), ("inner", 2)):
        for number in range(6):
            frontier.add(f"{HOST}/{page}/{number}x", depth=depth, zone="nav", source=Entry(f"{HOST}/{page}"))
    order = []
    for _ in range(6):
        entry = frontier.pop()
        assert entry is not None
        order.append(entry.url.removeprefix(HOST)[1:6])
        frontier.learn(entry, ())
    assert order.count("front") > order.count("inner") >= 1


def test_a_link_found_again_in_a_better_place_moves_up() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/x", zone="sitemap")
    frontier.add(f"{HOST}/y", zone="aside")
    assert not frontier.knows(f"{HOST}/x", (), "nav")
    assert frontier.add(f"{HOST}/x", zone="nav")
    assert frontier.knows(f"{HOST}/x", (), "nav")
    assert (len(frontier), _drain(frontier), len(frontier)) == (2, ["/x", "/y"], 0)


def test_where_the_platform_keeps_it_is_looked_at_first_but_not_once_it_is_seen() -> None:
    frontier = Frontier(Settled())
    home = Entry(f"{HOST}/")
    for path, feature in (("/dataset", "open_data"), ("/search", "search")):
        frontier.add(HOST + path, ((feature, 0.8),), depth=1, zone="platform")
    for name in "abc":
        frontier.add(f"{HOST}/{name}", depth=1, zone="nav", source=home)
    frontier.learn(home, [seen("search", 0.9)])
    assert _drain(frontier) == ["/dataset", "/a", "/b", "/c", "/search"]


def test_what_was_followed_and_what_is_left_can_be_counted() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/a", (("budget", 0.9),))
    frontier.add(f"{HOST}/b", (("budget", 0.2), ("news", 0.1)))
    frontier.pop()
    assert frontier.followed == {"budget": 1}
    assert list(frontier.unsettled()) == [{"budget": 0.2, "news": 0.1}]


def test_a_list_that_pays_is_followed_further() -> None:
    """Of two lists of the same length, the one whose first page tells something goes on before the other is tried."""
    frontier = Frontier(Settled())
    for page in ("rich", "poor"):
        for number in range(4):
            frontier.add(f"{HOST}/{page}/{'abcd'[number]}", depth=2, source=Entry(f"{HOST}/{page}", branch=hash(page)))
    order = []
    for step in range(8):
        entry = frontier.pop()
        assert entry is not None
        order.append(entry.url.removeprefix(HOST)[1:5])
        frontier.learn(entry, [seen("a", 0.9), seen("b", 0.9)] if step == 0 else ())
    assert order[:3] == ["rich"] * 3
    assert "poor" in order[3:5]


def test_a_proven_feature_promises_nothing_though_it_is_not_settled() -> None:
    experience = Experience()
    budget = (("budget", 0.9),)
    experience.learn(Entry(f"{HOST}/"), [seen("budget", 0.55)])
    assert experience.gain(budget, ()) > 0.0
    experience.learn(Entry(f"{HOST}/"), [seen("budget", 0.65)])
    assert experience.gain(budget, ()) == 0.0


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("/budget", "/finance/budget"),
        ("", "/budget"),
        ("/finance/budget", "/finance/budget/2024"),
        ("/finance/plans", "/finance/m03-11"),
        ("/finance/plans", "/finance/plans-2"),
        ("/a/b?page=x", "/a/b/c?page=x"),
    ],
)
def test_an_address_of_few_steps_is_worth_more_a_numbered_one_less(better: str, worse: str) -> None:
    assert prior(f"{HOST}{better or '/'}", "main", 2, ()) > prior(HOST + worse, "main", 2, ())


def test_a_number_in_the_host_does_not_count() -> None:
    assert prior("https://town2.example/", "main", 2, ()) == prior(f"{HOST}/", "main", 2, ())


def test_a_label_that_says_nothing_known_leaves_more_to_be_discovered() -> None:
    url = f"{HOST}/x"
    assert prior(url, "main", 2, ()) > prior(url, "main", 2, (("budget", 0.9),))
    assert prior(url, "main", 2, ()) == prior(url, "main", 2, (("budget", 0.01),))


@pytest.mark.parametrize(
    ("path", "label", "story"),
    [
        ("/budget", "Budget", False),
        ("/council/minutes-of-meetings", "Minutes", False),
        ("/news/2024/05/opening", "", True),
        ("/news/the-mayor-opens-the-new-town-hall", "", True),
        ("/n/17", "The mayor opens the new town hall in the old town", True),
        ("/n/17", "市长出席新市政厅落成典礼并发表重要讲话欢迎市民参加", True),
        ("/n/17", "财政预算", False),
        ("/the-town-hall-and-its-many-offices/", "Offices", True),
        ("/the-town-hall-and-its-many-offices/tax", "Tax", False),
    ],
)
def test_a_sentence_or_a_date_marks_a_story(path: str, label: str, story: bool) -> None:
    assert is_story(HOST + path, label) == story


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


def test_what_was_dropped_may_be_found_again_in_the_same_form() -> None:
    frontier = Frontier(Settled(), limit=10)
    found = [(f"{HOST}/a{'x' * number}?b=1&a=1", (("budget", (number + 1) / 20),)) for number in range(11)]
    for url, features in found:
        frontier.add(url, features)
    assert [frontier.add(*found[number]) for number in (0, 1, 3)] == [True, True, False]
    assert len(frontier) == 10


@pytest.mark.parametrize("form", ["/a?b=1&a=1", "/a?a=1&b=1", "/a?a=1&b=1#part", "/a?b=1&a=1#part"])
def test_what_was_dropped_may_be_found_again_in_every_form_it_was_found_in(form: str) -> None:
    frontier = Frontier(Settled(), limit=10)
    for url in ("/a?b=1&a=1#part", "/a?b=1&a=1", "/a?a=1&b=1#part", "/a?a=1&b=1"):
        frontier.add(HOST + url)
    for number in range(10):
        frontier.add(f"{HOST}/{'x' * number}", (("budget", 0.5),))
    assert not frontier.taken(f"{HOST}/a?a=1&b=1")
    assert frontier.add(HOST + form)


def test_an_address_that_is_dropped_and_found_again_is_left_once() -> None:
    frontier = Frontier(Settled(), limit=10)
    crowd = [f"{HOST}/{'x' * number}" for number in range(1, 11)]
    for url in crowd:
        frontier.add(url, (("budget", 0.5),))
    for _ in range(3):
        frontier.add(f"{HOST}/menu")
        for url in crowd:
            frontier.add(url, (("budget", 0.5),))
            assert len(frontier) + frontier.dropped == 11
    assert frontier.dropped > 0
    frontier.take(f"{HOST}/menu")
    assert len(frontier) + frontier.dropped == 10


def test_of_a_flood_of_links_no_more_is_remembered_than_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.frontier._TOLD_APART", 5)
    frontier = Frontier(Settled(), limit=10)
    for number in range(100):
        frontier.add(f"{HOST}/{number}x")
    assert len(frontier) + frontier.dropped == 100
    assert len(frontier._dropped) == 5


def test_what_was_visited_is_not_forgotten_when_the_queue_drops_its_lesser_link() -> None:
    frontier = Frontier(Settled(), limit=10)
    frontier.add(f"{HOST}/twice")
    frontier.add(f"{HOST}/twice", (("budget", 0.9),))
    assert frontier.pop() is not None
    for number in range(10):
        frontier.add(f"{HOST}/{'x' * number}", (("budget", 0.5),))
    assert frontier.taken(f"{HOST}/twice")
    assert not frontier.add(f"{HOST}/twice")


def test_a_link_that_waits_in_a_better_place_is_not_dropped_with_its_lesser_one() -> None:
    frontier = Frontier(Settled(), limit=10)
    frontier.add(f"{HOST}/twice")
    for number in range(10):
        frontier.add(f"{HOST}/{'x' * number}", (("budget", 0.5),))
        frontier.add(f"{HOST}/twice", (("budget", 0.9),))
    assert not frontier.add(f"{HOST}/twice", (("budget", 0.9),))
    assert (frontier.dropped + len(frontier), _drain(frontier).count("/twice")) == (11, 1)


def test_a_link_is_picked_only_while_it_waits_and_is_indexed() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/early")
    assert frontier.pick(f"{HOST}/early") is None
    frontier.index()
    for name in ("taken", "waits", "late"):
        frontier.add(f"{HOST}/{name}")
    frontier.take(f"{HOST}/taken")
    assert frontier.pick(f"{HOST}/taken") is None
    assert frontier.pick(f"{HOST}/waits") is not None
    frontier.index(False)
    assert frontier.pick(f"{HOST}/late") is None


def test_a_link_comes_with_all_that_was_promised_of_it_elsewhere() -> None:
    frontier = Frontier(Settled())
    frontier.add(f"{HOST}/budget", (("budget", 0.5),))
    frontier.leave(f"{HOST}/budget", (("audit", 0.4),), "Audit")
    entry = frontier.pop()
    assert entry is not None
    assert dict(entry.features) == {"budget": 0.5, "audit": 0.4}


def test_what_was_dropped_is_not_picked() -> None:
    frontier = Frontier(Settled(), limit=10)
    frontier.index()
    for number in range(11):
        frontier.add(f"{HOST}/a{'x' * number}", (("budget", (number + 1) / 20),))
    assert (len(frontier), frontier.dropped) == (8, 3)
    assert frontier.pick(f"{HOST}/a") is None
    assert frontier.pick(f"{HOST}/a{'x' * 10}") is not None
    assert len(frontier) == 7


operations = st.lists(
    st.tuples(
        st.sampled_from(["add", "pop", "settle", "take", "learn"]),
        st.integers(0, 40),
        st.integers(0, 5),
        st.integers(0, 10),
    ),
    max_size=120,
)


def _play(moves: list[tuple[str, int, int, int]]) -> tuple[list[str], int]:
    progress = Settled()
    frontier = Frontier(progress, limit=30)
    got: list[Entry] = [Entry(f"{HOST}/")]
    for move, page, feature, weight in moves:
        if move == "add":
            frontier.add(
                f"{HOST}/p{page}/a", ((f"f{feature}", weight / 10),), depth=page % 3, source=got[page % len(got)]
            )
        elif move == "settle":
            progress.settled.add(f"f{feature}")
        elif move == "take":
            frontier.take(f"{HOST}/p{page}/a")
        elif move == "learn":
            frontier.learn(got[-1], [seen(f"f{feature}", weight / 10)])
        elif (entry := frontier.pop()) is not None:
            got.append(entry)
    return [entry.url for entry in got[1:]] + [f"{HOST}{path}" for path in _drain(frontier)], len(frontier)


@given(operations)
def test_any_history_gives_the_same_order_and_no_url_twice(moves: list[tuple[str, int, int, int]]) -> None:
    got, left = _play(moves)
    assert len(got) == len(set(got))
    assert left == 0
    assert _play(moves) == (got, left)


def _worth(experience: Experience, entry: Entry) -> float:
    place, unit = experience.scale(entry)
    return place + unit * experience.gain(entry.features, ())


@given(operations)
def test_what_comes_out_is_the_best_of_all(moves: list[tuple[str, int, int, int]]) -> None:
    experience = Experience()
    queue = Waiting(experience, lambda entry: False)
    held: list[Entry] = []
    last = Entry(f"{HOST}/")
    for move, page, feature, weight in moves:
        if move in ("add", "take", "settle"):
            entry = Entry(
                f"{HOST}/{len(held)}",
                features=((f"f{feature}", weight / 10),),
                depth=page % 3,
                source=page % 4,
                branch=page,
            )
            held.append(entry)
            queue.push(entry, ())
        elif move == "learn":
            experience.learn(last, [seen(f"f{feature}", weight / 10)])
        elif held:
            best = max(_worth(experience, entry) for entry in held)
            found = queue.pop(())
            assert found is not None
            assert abs(_worth(experience, found) - best) < 1e-6
            held.remove(found)
            experience.tried(last := found)
    assert sorted(entry.url for entry in queue) == sorted(entry.url for entry in held)


def test_a_link_is_asked_for_at_the_host_that_browsers_mean() -> None:
    links = Frontier(Tally([]))
    links.add("https://gie\u00dfen.example/stra\u00dfe#x")
    entry = links.pop()
    assert entry is not None
    assert entry.url == "https://xn--gieen-nqa.example/stra\u00dfe"
    assert not links.add("https://xn--gieen-nqa.example/stra\u00dfe")
