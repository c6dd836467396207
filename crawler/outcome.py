"""From what happened to the seed and the crawl to the run's outcome, its cause, and one sentence with the mend."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.urls import domain
from crawler.wire import CUTS, FetchError
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.gate import Refusal
    from crawler.result import Cause, Outcome
    from crawler.visit import Visit

_MAX_HOPS = 3
_MENDS: dict[Cause, str] = {
    "dns": "check the spelling of the address",
    "tcp": "check host and port, and try again later",
    "tls": "try the address with http://",
    "timeout": "try again later, or give it more time with --timeout",
}
"""What to do about a portal that cannot be reached; what happened, the error itself says."""
_ROBOTS_TXT = re.compile(r"(https?://[^\s/]+)/robots\.txt\b")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of a run; `message` is one sentence, with the mend if there is one."""

    outcome: Outcome
    cause: Cause
    message: str


class SeedStory:
    """What happened to the portal's address: which seeds were tried, where they led, what stood there instead.

    `opened` says that one of them gave a page of content. `hops` counts the meta refreshes of the front page that were
    followed; `astray` is what stood where one of them leads, if it was no content.
    """

    def __init__(self, seeds: list[str]) -> None:
        self._waiting = list(seeds)
        self._tried: set[str] = set()
        self.hops = 0
        self.opened = False
        self.problems: list[Judgement] = []
        self.astray: Judgement | None = None
        self.final_url = ""
        self.redirects: list[str] = []

    def next(self) -> str | None:
        """The next seed to try."""
        while self._waiting:
            url = self._waiting.pop(0)
            if url not in self._tried:
                self._tried.add(url)
                return url
        return None

    def hop(self, url: str) -> bool:
        """Whether a meta refresh of the seed may be followed to `url` now."""
        if self.hops >= _MAX_HOPS or url in self._tried:
            return False
        self.hops += 1
        self._tried.add(url)
        return True

    def answered(self, url: str, redirects: list[str]) -> None:
        """The seed has an answer at `url`."""
        self.final_url = url
        self.redirects = list(redirects)

    def failed(self, url: str, error: BaseException) -> None:
        """A seed has no answer."""
        cause: Cause = getattr(error, "cause", "error")
        if cause == "dns":
            self._add_twin(url)
        self._take(_failure(cause, url, error))

    def _take(self, problem: Judgement) -> None:
        self.problems.append(problem)
        if self.hops:
            self.astray = problem

    def _add_twin(self, url: str) -> None:
        """The same address with `www.`, where the bare domain has no host."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host and host == domain(host).registered:
            self._waiting.append(parts._replace(netloc=parts.netloc.replace(host, f"www.{host}", 1)).geturl())

    def refused(self, url: str, status: int, refusal: Refusal) -> None:
        """The seed's answer is not content."""
        self._take(_refused(url, status, refusal))


def judge(visit: Visit) -> Judgement:
    """The outcome of a finished crawl; says so where robots.txt was ignored."""
    judged, agreed = _judged(visit), visit.options.robots_agreed
    if not agreed or visit.replay is not None:
        return judged
    told = f"robots.txt of {', '.join(agreed)} was ignored as the owner agreed, for {count_of(visit.opened, 'request')}"
    return replace(judged, message=f"{judged.message}; {told}")


def _judged(visit: Visit) -> Judgement:
    pages = visit.tally.pages
    if visit.stop_cause == "interrupted":
        return Judgement(
            "partial",
            "interrupted",
            f"stopped by hand with {count_of(visit.left, 'link')} left; what was read is kept, "
            "a new check starts from the beginning",
        )
    if not pages:
        return _nothing_read(visit)
    if not visit.story.opened:
        return _front_page_missed(visit, pages)
    turned_away = _turned_away(visit, pages)
    if turned_away is not None:
        return turned_away
    if visit.stop_cause and visit.stop_cause != "budget":
        return Judgement("partial", visit.stop_cause, _broken_off(visit))
    return _led_astray(visit.story, pages) or _shell(visit) or _read(visit, pages)


def _led_astray(story: SeedStory, pages: int) -> Judgement | None:
    """The front page leads to another by itself, which could not be read; it is all there is, or the crawl went on with
    its links."""
    problem = story.astray
    if problem is None or pages <= story.hops:
        return problem
    return replace(problem, outcome="partial")


def _broken_off(visit: Visit) -> str:
    why = visit.notes[-1] if visit.notes else "the visit ended early"
    return f"{_of_portal(why)}; {count_of(visit.left, 'link')} left, visit it again later"


def _of_portal(text: str) -> str:
    """What happened to a robots.txt, which is asked for first, told of the host that it happened to."""
    return _ROBOTS_TXT.sub(r"\1/", text)


def _nothing_read(visit: Visit) -> Judgement:
    problems = visit.story.problems
    if problems:
        return next((p for p in problems if p.outcome != "unreachable"), problems[0])
    if visit.stop_cause == "budget":
        return Judgement(
            "unreachable", "timeout", f"no page was read within {visit.options.max_seconds:g} seconds; allow more time"
        )
    return Judgement("no_portal", "error", "no page was read; see the problems")


def _front_page_missed(visit: Visit, pages: int) -> Judgement:
    """Pages known from an earlier visit could be read, the portal's own address could not."""
    late = Judgement("partial", visit.stop_cause or "error", "the home page was not read in time")
    missed = _nothing_read(visit) if visit.story.problems else late
    read = f"{count_of(pages, 'page')} could be read all the same, from addresses of an earlier visit"
    return replace(missed, outcome="partial", message=f"{missed.message}; {read}")


def _shell(visit: Visit) -> Judgement | None:
    shell = visit.shell
    if visit.tally.pages > 1 or shell is None:
        return None
    return Judgement("partial", "script_only", f"{shell} holds no text without scripts; it has to be read in a browser")


def _turned_away(visit: Visit, pages: int) -> Judgement | None:
    if visit.turned_away <= pages:
        return None
    return Judgement(
        "blocked",
        "block_page",
        f"the site refused {count_of(visit.turned_away, 'other page')}; visit it later or ask its owner for access",
    )


def _read(visit: Visit, pages: int) -> Judgement:
    spent = visit.budget.spent
    left = len(visit.frontier)
    if spent and left:
        outcome: Outcome = "ok" if visit.budget.pages >= visit.options.max_pages else "partial"
        return Judgement(outcome, "budget", f"the limit of {spent} was reached with {count_of(left, 'link')} left")
    if visit.disallowed + visit.withheld > 2 * pages:
        return Judgement("partial", "robots", _kept_out(visit))
    if visit.front_cut:
        return _front_page_cut(visit)
    unread = list(_unread(visit))
    most = [", ".join(unread[:-1])] if unread[1:] else []
    told = " and ".join([*most, *unread[-1:]])
    return Judgement("ok", "", f"no link was left to follow{f', but {told}' if told else ''}")


def _front_page_cut(visit: Visit) -> Judgement:
    cause: Cause = "timeout" if visit.front_cut == "time" else "tcp"
    told = f"{visit.story.final_url} was cut ({CUTS[visit.front_cut]}), and what its rest links to is not known"
    return Judgement("partial", cause, f"{told}; visit it again later")


def _kept_out(visit: Visit) -> str:
    if visit.disallowed >= visit.withheld:
        return f"robots.txt keeps {count_of(visit.disallowed, 'other page')} from being read"
    others = count_of(visit.withheld, "other page was", "other pages were")
    return f"{others} not asked for: robots.txt could not be had there; visit it again later"


def _unread(visit: Visit) -> Iterator[str]:
    """The known pages that were not read, though nothing more is to be asked for, by what stood in the way."""
    for count, why in (
        (visit.disallowed, "that robots.txt closes"),
        (visit.missing, "that the archive lacks"),
        (visit.frontier.dropped, "for which the queue had no room"),
        (visit.unread - visit.disallowed - visit.missing, "that could not be read"),
        (visit.protected, "behind a login"),
    ):
        if count > 0:
            yield f"{count_of(count, 'page')} {why}"


def _failure(cause: Cause, url: str, error: BaseException) -> Judgement:
    text = str(error) or type(error).__name__
    if cause in _MENDS:
        return Judgement("unreachable", cause, f"{_of_portal(text)}; {_MENDS[cause]}")
    if cause == "robots":
        mend = f"ask the site's owner, and if they agree: losi check {url} --ignore-robots"
        return Judgement("blocked", "robots", f"{text}; {mend}")
    if cause == "private_address":
        return Judgement("unreachable", cause, f"{url}: {text}")
    if cause in ("redirect_loop", "http_status"):
        return Judgement("no_portal", cause, f"{text}; check the address in a browser")
    if cause == "not_in_archive":
        return Judgement("no_portal", cause, f"{text}; check that it is the archive of this portal")
    return Judgement("unreachable", cause if isinstance(error, FetchError) else "error", text)


def _refused(url: str, status: int, refusal: Refusal) -> Judgement:
    verdict = refusal.verdict
    if verdict is not None:
        vendor = f" ({verdict.vendor})" if verdict.vendor else ""
        if verdict.kind in ("block", "challenge", "geo"):
            return Judgement(
                "blocked",
                "block_page",
                f"{url}: {verdict.why}{vendor}; visit it later, from another network, or ask its owner for access",
            )
        if verdict.kind == "parked":
            return Judgement("no_portal", "parked", f"{url}: {verdict.why}; find the portal's present address")
        why = "find the portal's present address" if verdict.kind == "default" else "visit it later"
        return Judgement("no_portal", "default_page", f"{url}: {verdict.why}; {why}")
    return _plain_refusal(url, status, refusal)


def _plain_refusal(url: str, status: int, refusal: Refusal) -> Judgement:
    if refusal.kind == "empty":
        return Judgement("no_portal", "empty", f"{url} answers with an empty page; check the address in a browser")
    if refusal.kind == "not_text":
        return Judgement("no_portal", "not_html", f"{url} is {refusal.why}; give the address of the portal's home page")
    if status in (401, 403, 405, 406, 407, 418, 429, 451):
        return Judgement(
            "blocked", "http_status", f"{url} answers HTTP {status}; visit it later or ask its owner for access"
        )
    if status >= 500:
        return Judgement("unreachable", "http_status", f"{url} answers HTTP {status}; try again later")
    if status >= 400:
        return Judgement("no_portal", "http_status", f"{url} answers HTTP {status}; check the address")
    return Judgement("no_portal", "http_status", f"{url} answers HTTP {status} without a page ({refusal.why})")
