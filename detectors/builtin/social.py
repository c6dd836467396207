"""Social networks, apps, chat: told by where links and scripts lead, in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detectors.hosts import host_of, listed
from detectors.observation import Observation
from detectors.packaged import data
from detectors.page import Page
from detectors.page.elements import Link
from detectors.page.selector import css_selector
from detectors.topic import TopicDetector


class SocialNetworks(TopicDetector):
    """A link to the body's page on a social network, or an embedded feed. A share button is no presence there."""

    name = "social-networks"
    features = ("social.networks",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """Profile links, one per network, then words such as "follow us"."""
        rules = data("hosts")["social"]
        seen: set[str] = set()
        for link in page.links:
            network = listed(link.url, "social")
            if not network or network in seen or any(mark in link.url for mark in rules["not_profile"]):
                continue
            shared = any(mark in link.url for mark in rules["share"])
            bare = link.url.rstrip("/").endswith(network)
            strength = 0.3 if shared else 0.55 if bare else 0.9 if link.zone != "main" else 0.75
            seen.add(network)
            yield _link(self.features[0], link, strength, f"{'share button' if shared else 'link'} to {network}")
        for source, _ in page.iframes:
            if listed(source, "social") and "/plugins/page" in source:
                yield Observation(
                    self.features[0], "content", 0.8, source, "embedded feed of a social network", href=source
                )
        yield from super().observe(page)


class MobileApps(TopicDetector):
    """A link to an app store's page, or to the portal's own page about its apps."""

    name = "mobile-apps"
    features = ("portal.mobile_apps",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Store links, then words."""
        for link in page.links:
            store = listed(link.url, "apps")
            if store:
                yield _link(self.features[0], link, 0.85, f"link to an app in {store.partition('/')[0]}")
                break
        yield from super().observe(page)


class LiveChat(TopicDetector):
    """A live chat with a person: the script of a chat service, a messenger link as a channel of contact, or words
    for it."""

    name = "live-chat"
    features = ("support.live_chat",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Widgets and messenger links, then words."""
        yield from _widgets(page, self.features[0], "chat", 0.65)
        for link in page.links:
            if listed(link.url, "chat"):
                yield _link(self.features[0], link, 0.6, f"messenger link to {host_of(link.url)}")
                break
        yield from super().observe(page)


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
    features = ("portal.usage_statistics",)
    text_as_proof = True

    def observe(self, page: Page) -> Iterable[Observation]:
        """Visible counters, then words."""
        for source, _ in page.images:
            if listed(source if "//" in source else "", "statistics"):
                yield Observation(self.features[0], "content", 0.6, source, "visitor counter image", href=source)
                break
        yield from super().observe(page)


class AlertPlatforms(TopicDetector):
    """A link to a platform through which people receive public warnings."""

    name = "alert-platforms"
    features = ("alerts.subscription",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Links to alert platforms."""
        for link in page.links:
            platform = listed(link.url, "subscription")
            if platform:
                yield _link(self.features[0], link, 0.5 if "govdelivery" in platform else 0.75, f"link to {platform}")
                return


def _link(feature: str, link: Link, strength: float, why: str) -> Observation:
    return Observation(
        feature,
        "link",
        strength,
        link.label or link.href[:200],
        why,
        href=link.href,
        selector=css_selector(link.element),
        zone=link.zone,
    )


def _widgets(page: Page, feature: str, group: str, strength: float) -> Iterator[Observation]:
    for script in page.scripts:
        vendor = listed(script, group)
        if vendor:
            yield Observation(feature, "content", strength, script, f"script of {vendor}", href=script)
            return
    for text in page.inline_scripts:
        vendor = next((host for host in data("hosts")[group]["hosts"] if host in text), "")
        if vendor:
            yield Observation(feature, "content", strength, vendor, f"inline script that loads {vendor}")
            return


DETECTORS = (SocialNetworks, MobileApps, LiveChat, Chatbot, UsageStatistics, AlertPlatforms)
