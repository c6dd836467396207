"""Social networks, apps, chat: told by where links and scripts lead, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from detectors.hits import Hit
from detectors.hosts import host_of, listed
from detectors.observation import PROOF, Observation
from detectors.packaged import data
from detectors.page import Page
from detectors.page.elements import Link
from detectors.strengths import Strengths
from detectors.targets import as_proof, links_listed
from detectors.topic import TopicDetector

_HINT = 0.3
_CHANNEL = 0.55
_FEW_WORDS = 6
_DIGITS = 7
_PIXEL = re.compile(r"\s*0*[01](?:px)?\s*")
_NAMED = XPath(".//@data-href/..")
_FEED = re.compile(r"\bfb-(?:page|like-box)\b")
_MODULE = "/mod_vvisit_counter/images/"
"""Digits and signs of Joomla's module that counts visitors."""

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


class SocialNetworks(TopicDetector):
    """A link to the body's page on a social network, or an embedded feed. A share button is no presence there."""

    name = "social-networks"
    version = "5"
    features = ("social.networks",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Profile links, one per network, then words such as "follow us"."""
        best: dict[str, tuple[float, Link]] = {}
        for link, network in links_listed(page, "social"):
            strength = _presence(link, network)
            if strength > best.get(network, (0.0, link))[0]:
                best[network] = (strength, link)
        for network, (strength, link) in best.items():
            what = "share button" if strength < PROOF else "link"
            yield as_proof(page, link, self.features[0], strength, f"{what} to {network}")
        for source in _feeds(page):
            yield Observation(
                self.features[0], "content", 0.8, source, "embedded feed of a social network", href=source
            )
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """A network's name on a button that shares the page is no presence there, nor is one in the title of a frame:
        it shows a film."""
        value, link = super().weigh(page, hit, table), hit.segment.link
        if hit.segment.kind == "frame":
            return min(value, _HINT)
        return min(value, _HINT) if link is not None and _is_nobodys(link) else value

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Nor is the address of a network behind a picture, where it leads to no body's own page."""
        value, link = super().weigh_url(page, hit, table), hit.segment.link
        return min(value, _HINT) if link is not None and _is_nobodys(link) else value


def _feeds(page: Page) -> Iterator[str]:
    """The feeds of social networks on a page: frames, and boxes that a network's script fills."""
    boxes: list[HtmlElement] = _NAMED(page.tree)  # type: ignore[assignment]
    filled = (each.get("data-href", "") for each in boxes if _FEED.search(each.get("class", "")))
    framed = (source for source, _ in page.iframes if "/plugins/page" in source or "/plugins/likebox" in source)
    return (source for source in (*framed, *filled) if listed(source, "social"))


def _is_nobodys(link: Link) -> bool:
    """Whether a link shares the page, or leads to no body's own page on the network."""
    network = listed(link.url, "social")
    return _shares_page(link.url) or (bool(network) and _presence(link, network) < PROOF)


def _shares_page(url: str) -> bool:
    return any(mark in url for mark in data("hosts")["social"]["share"])


def _presence(link: Link, network: str) -> float:
    """How surely the link leads to the body's own page on the network."""
    rules = data("hosts")["social"]
    path = urlsplit(link.url).path.lower()
    if (
        any(path == step or path.startswith(f"{step}/") for step in rules["not_profile"])
        or network in rules["no_profiles"]
    ):
        return 0.0
    if _shares_page(link.url):
        return _HINT
    if path in ("", "/"):
        return 0.55
    return 0.9 if link.zone != "main" else 0.75


_APP_BANNERS = ("apple-itunes-app", "google-play-app")
"""Names of `meta` by which browsers on phones offer a site's app."""

_APP_ID = re.compile(r"app-id\s*=\s*[\w.]+", re.I)

_APP_FILE = ".apk"
"""How the name of a file ends that a phone installs."""


class MobileApps(TopicDetector):
    """A link to an app store's page or to an app to install, a head that offers the app to phones, or the portal's own
    page about its apps."""

    name = "mobile-apps"
    version = "4"
    features = ("portal.mobile_apps",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """The head, store links, then words."""
        for name in _APP_BANNERS:
            if found := _APP_ID.search(page.meta.get(name, "")):
                yield Observation(self.features[0], "content", 0.85, found[0], f"the head names an app ({name})")
                break
        for link, store in islice(links_listed(page, "apps"), 1):
            yield as_proof(page, link, self.features[0], 0.85, f"link to an app in {store.partition('/')[0]}")
        for link in islice((link for link in page.links if link.url.partition("?")[0].lower().endswith(_APP_FILE)), 1):
            yield as_proof(page, link, self.features[0], 0.75, "link to an app to install")
        yield from super().observe(page)


class LiveChat(TopicDetector):
    """A live chat with a person: the script of a chat service, a messenger link as a channel of contact, or words
    for it."""

    name = "live-chat"
    version = "4"
    features = ("support.live_chat",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Widgets and messenger links, then words."""
        yield from _widgets(page, self.features[0], "chat", 0.65)
        for link, _ in links_listed(page, "chat"):
            if not _shares(link.url):
                yield as_proof(page, link, self.features[0], 0.6, f"messenger link to {host_of(link.url)}")
                break
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """The bare word is proof on a link or button that opens the chat, a heading ("Let's chat") is an invitation; in
        running text a named channel with its number is proof ("Messages by WhatsApp: +39 ..."). What shares the page by
        a messenger opens no conversation with the body."""
        value, link = super().weigh(page, hit, table), hit.segment.link
        if link is not None and _is_messenger(link.url) and _shares(link.url):
            return min(value, _HINT)
        opens = hit.segment.link is not None or hit.segment.kind == "control"
        if hit.term.role == "strong":
            return max(value, _CHANNEL) if hit.segment.kind == "text" and _gives_number(hit) else value
        return value if opens else min(value, _HINT)

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address that shares the page opens no conversation either."""
        value, link = super().weigh_url(page, hit, table), hit.segment.link
        return min(value, _HINT) if link is not None and _shares(link.url) else value


class Chatbot(TopicDetector):
    """An automatic assistant: the script of a chatbot service, or words for it."""

    name = "chatbot"
    features = ("support.chatbot",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Widgets, then words."""
        yield from _widgets(page, self.features[0], "chatbot", 0.7)
        yield from super().observe(page)


class UsageStatistics(TopicDetector):
    """Visits or page views shown on the portal: a counter with its number, or published statistics. Hidden analytics do
    not count."""

    name = "usage-statistics"
    version = "4"
    features = ("portal.usage_statistics",)
    text_as_proof = True

    def observe(self, page: Page) -> Iterable[Observation]:
        """Visible counters, then words."""
        for image in page.tree.iter("img"):
            source = image.get("src") or ""
            if _counts_in_sight(image, source):
                selector = page.selector(image)
                yield Observation(
                    self.features[0], "content", 0.6, source, "visitor counter image", href=source, selector=selector
                )
                break
        yield from _widgets(page, self.features[0], "counter", 0.6)
        yield from super().observe(page)


class AlertPlatforms(TopicDetector):
    """A link to a platform through which people receive public warnings. A platform for mailing lists of any kind says
    too little: the label must name the warnings."""

    name = "alert-platforms"
    version = "2"
    features = ("alerts.subscription",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links to alert platforms."""
        for link, platform in islice(links_listed(page, "subscription"), 1):
            mailing = platform in data("hosts")["subscription"]["mailing_lists"]
            yield as_proof(page, link, self.features[0], _HINT if mailing else 0.75, f"link to {platform}")


def _counts_in_sight(image: HtmlElement, source: str) -> bool:
    """Whether an image is one of a counter that shows its number: of a service, or of a content system's module."""
    is_counter = ("//" in source and listed(source, "statistics")) or _MODULE in source
    return bool(is_counter) and not _is_unseen(image)


def _is_unseen(image: HtmlElement) -> bool:
    """Whether an image only counts: of a pixel at most, styled away, or for browsers without scripts alone."""
    if any(_PIXEL.fullmatch(image.get(side, "")) for side in ("width", "height")):
        return True
    around = (image, *image.iterancestors())
    return any(each.tag == "noscript" or _HIDDEN.search(each.get("style", "")) for each in around)


def _gives_number(hit: Hit) -> bool:
    """Whether the text is short and tells a telephone number."""
    return hit.extra <= _FEW_WORDS and sum(char.isdigit() for char in hit.segment.text) >= _DIGITS


def _is_messenger(url: str) -> bool:
    return url.startswith("whatsapp:") or bool(listed(url, "chat"))


def _shares(url: str) -> bool:
    """Whether a messenger link shares the page instead of opening a conversation with the body."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return "text" in query and "phone" not in query and not parts.path.strip("/").removeprefix("send").isdigit()


def _widgets(page: Page, feature: str, group: str, strength: float) -> Iterator[Observation]:
    for script in page.scripts:
        vendor = listed(script, group)
        if vendor:
            yield Observation(feature, "content", strength, script, f"script of {vendor}", href=script)
            return
    for text in page.inline_scripts:
        found = _vendor_pattern(group).search(text)
        if found:
            yield Observation(feature, "content", strength, found[1], f"inline script that loads {found[1]}")
            return


@cache
def _vendor_pattern(group: str) -> re.Pattern[str]:
    """A vendor's host as scripts name it: behind slashes, a quote or a subdomain's dot after them."""
    hosts = "|".join(sorted((re.escape(host) for host in data("hosts")[group]["hosts"]), key=len, reverse=True))
    return re.compile(rf"(?://|[\"'])(?:[\w-]+\.)*({hosts})(?=[/\"'?:])")


DETECTORS = (SocialNetworks, MobileApps, LiveChat, Chatbot, UsageStatistics, AlertPlatforms)
