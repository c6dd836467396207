"""Social networks, apps, chats, counters, alert platforms: told by hosts, in any language."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.hosts import host_of, is_government, listed, looks_governmental
from detectors.inspector import Inspector
from detectors.observation import PROOF, Observation
from detectors.packaged import data
from detectors.page import Page

Strength = Callable[..., float]


@pytest.mark.parametrize(
    "href",
    [
        "https://www.facebook.com/villa",
        "https://x.com/villa",
        "https://t.me/villa_news",
        "http://vk.com/villa",
        "https://m.youtube.com/@villa",
        "//instagram.com/villa",
    ],
)
@pytest.mark.parametrize("lang", ["en", "fi"])
def test_a_profile_on_a_social_network(strength: Strength, href: str, lang: str) -> None:
    assert strength(f"<footer><a href='{href}'><i></i></a></footer>", "social.networks", lang) >= PROOF


@pytest.mark.parametrize(
    "href",
    [
        "https://www.facebook.com/sharer/sharer.php?u=https://www.villa.example/",
        "https://twitter.com/intent/tweet?text=x",
        "https://www.linkedin.com/shareArticle?url=x",
        "https://twitter.com/share",
        "https://www.xing.com/spi/shares/new?url=x",
        "https://www.tumblr.com/share/link?url=x",
        "https://bsky.app/intent/compose?text=x",
        "https://connect.ok.ru/offer?url=x",
        "https://www.facebook.com/policies/cookies/",
        "https://www.youtube.com/watch?v=abc",
        "https://notfacebook.com/villa",
        "https://facebook.com.evil.example/villa",
        "/facebook.com",
    ],
)
def test_share_buttons_policies_and_other_hosts_are_none(strength: Strength, href: str) -> None:
    assert strength(f"<a href='{href}'><i></i></a>", "social.networks") < PROOF


def test_a_link_that_is_proof_by_its_host_is_shown_as_it_stands(
    sightings: Callable[..., list[Observation]], make_page: Callable[..., Page]
) -> None:
    """Its label, or its address where it is a picture; where it stands, so that it can be looked at again."""
    markup = '<footer><a href="https://x.com/villa">Follow us</a><a href="//t.me/villa"><i></i></a></footer>'
    found = {o.href: o for o in sightings(markup, "social.networks")}
    assert {href: (o.kind, o.quote, o.zone) for href, o in found.items()} == {
        "https://x.com/villa": ("link", "Follow us", "footer"),
        "//t.me/villa": ("link", "//t.me/villa", "footer"),
    }
    page = make_page(markup, lang="en")
    assert [page.tree.cssselect(o.selector)[0].get("href") for o in found.values()] == list(found)


def test_a_profile_behind_a_share_button(strength: Strength) -> None:
    markup = "<a href='https://www.facebook.com/sharer.php?u=x'><i></i></a><footer><a href='https://www.facebook.com/villa'><i></i></a></footer>"
    assert strength(markup, "social.networks") >= 0.9


@pytest.mark.parametrize(
    "name", ["helpline.villa", "legalaid.villa", "watchvilla", "termsandmore", "sharedvalley", "share/1AbCdEfG/"]
)
def test_a_profile_whose_name_begins_like_a_policy(strength: Strength, name: str) -> None:
    assert strength(f"<a href='https://www.facebook.com/{name}'><i></i></a>", "social.networks") >= PROOF


def test_one_sighting_per_network(sightings: Callable[..., list[Observation]]) -> None:
    markup = "".join(
        f"<a href='https://www.facebook.com/v{n}'>F</a><a href='https://x.com/v{n}'>X</a>" for n in range(5)
    )
    assert len(sightings(markup, "social.networks")) == 2


def test_an_embedded_feed(strength: Strength) -> None:
    assert (
        strength("<iframe src='https://www.facebook.com/plugins/page.php?href=x'></iframe>", "social.networks") >= PROOF
    )
    assert (
        strength("<iframe src='https://www.facebook.com/plugins/like.php?href=x'></iframe>", "social.networks") < PROOF
    )


@pytest.mark.parametrize(
    ("box", "is_feed"),
    [
        ("<div class='fb-page wide' data-href='https://www.facebook.com/villa'></div>", True),
        ("<div class=fb-like-box data-href=https://www.facebook.com/villa></div>", True),
        ("<iframe src='https://www.facebook.com/plugins/likebox.php?href=x'></iframe>", True),
        ("<div class=fb-like data-href=https://www.facebook.com/villa></div>", False),
        ("<div class=fb-page data-href=https://villa.example/news></div>", False),
        ("<div class=tile data-href=https://www.facebook.com/villa></div>", False),
    ],
)
def test_a_box_that_a_network_fills_is_a_feed(strength: Strength, box: str, is_feed: bool) -> None:
    assert (strength(box, "social.networks") >= PROOF) == is_feed


@pytest.mark.parametrize("path", ["events/2103083", "photo.php?fbid=1", "hashtag/villa"])
def test_an_event_or_a_picture_on_a_network_is_no_page_of_the_body(strength: Strength, path: str) -> None:
    assert strength(f"<main><a href='https://www.facebook.com/{path}'>Facebook</a></main>", "social.networks") < PROOF


# --- apps -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "href",
    [
        "https://play.google.com/store/apps/details?id=x.villa",
        "https://apps.apple.com/app/id1",
        "https://itunes.apple.com/app/id1",
        "/uploads/TaxCode.1.0.APK?v=2",
    ],
)
def test_an_app_in_a_store(strength: Strength, href: str) -> None:
    assert strength(f"<a href='{href}'><img src=x></a>", "portal.mobile_apps") >= PROOF


@pytest.mark.parametrize(
    "href", ["https://play.google.com/about", "https://www.apple.com/", "https://apps.example/villa"]
)
def test_another_page_of_the_store_s_owner_is_none(strength: Strength, href: str) -> None:
    assert strength(f"<a href='{href}'>x</a>", "portal.mobile_apps") < PROOF


# --- chat -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='https://wa.me/15550100'><i></i></a>",
        "<script src='https://embed.tawk.to/abc/default'></script>",
        "<script>var s='//code.tidio.co/abc.js';load(s)</script>",
    ],
)
def test_a_live_chat(strength: Strength, markup: str) -> None:
    assert strength(markup, "support.live_chat") >= PROOF


@pytest.mark.parametrize(
    "href", ["https://api.whatsapp.com/send?text=Look%20here", "https://wa.me/?text=https://www.villa.example/"]
)
def test_sharing_through_a_messenger_is_no_chat(strength: Strength, href: str) -> None:
    assert strength(f"<a href='{href}'><i></i></a>", "support.live_chat") < PROOF


@pytest.mark.parametrize("code", ["var x = item.menu;", "form.message.focus()", "chroma.me = 1; param.method()"])
def test_code_that_spells_a_host_by_chance_is_no_chat(strength: Strength, code: str) -> None:
    assert strength(f"<script>{code}</script>", "support.live_chat") < PROOF


def test_a_chatbot(strength: Strength) -> None:
    assert (
        strength("<script src='https://cdn.botpress.cloud/webchat/v1/inject.js'></script>", "support.chatbot") >= PROOF
    )
    assert strength("<script src='/js/robot.js'></script>", "support.chatbot") < PROOF


# --- others -----------------------------------------------------------------------------------------------------------


def test_a_visible_counter(strength: Strength) -> None:
    assert strength("<img src='https://counter.yadro.ru/hit?t14'>", "portal.usage_statistics") >= PROOF
    informer = (
        "<a href='https://metrika.yandex.kz/stat/?id=1'><img src='https://informer.yandex.ru/informer/1/3_1'></a>"
    )
    assert strength(informer, "portal.usage_statistics") >= PROOF
    assert (
        strength("<script src='https://www.googletagmanager.com/gtag.js'></script>", "portal.usage_statistics") < PROOF
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<script src='//counter.top.ge/cgi-bin/cod?100+1'></script>",
        "<img src='/modules/mod_vvisit_counter/images/tbl/people.gif'>",
    ],
)
def test_a_counter_that_a_script_or_a_module_draws(strength: Strength, markup: str) -> None:
    assert strength(markup, "portal.usage_statistics") >= PROOF


@pytest.mark.parametrize(
    "markup",
    [
        "<script src='https://secure.statcounter.com/counter/counter.js'></script>",
        "<img src='https://c.statcounter.com/1/0/a/1/' style='display: none'>",
        "<div style='visibility:hidden'><img src='https://c.statcounter.com/1/0/a/1/'></div>",
        "<img src='//counter.yadro.ru/hit?t14' width=1 height=1>",
        "<img src='//counter.yadro.ru/hit?t14' width=0px>",
        "<noscript><img src='https://counter.yadro.ru/hit?t14'></noscript>",
    ],
)
def test_a_counter_that_nobody_sees_is_none(strength: Strength, markup: str) -> None:
    assert strength(markup, "portal.usage_statistics") < PROOF


@pytest.mark.parametrize(
    "href",
    [
        "https://www.facebook.com/sharer.php?u=https://play.google.com/store/apps/details?id=villa",
        "https://www.villa.example/login?next=play.google.com/store/apps",
        "https://notplay.google.com/store/apps/details?id=villa",
    ],
)
def test_an_address_that_carries_a_store_s_is_no_app(strength: Strength, href: str) -> None:
    assert strength(f"<a href='{href}'>x</a>", "portal.mobile_apps") < PROOF
    assert listed(href, "apps") == ""


def test_every_entry_of_a_list_of_hosts_is_one() -> None:
    groups = [group["hosts"] for group in data("hosts").values() if isinstance(group, dict)]
    assert [host for hosts in groups for host in hosts if "." not in host.partition("/")[0]] == []


@pytest.mark.parametrize(
    ("href", "is_presence"),
    [
        ("https://www.facebook.com/sharer/sharer.php?u=https://www.villa.example/", False),
        ("https://x.com/intent/post?text=x", False),
        ("https://t.me/share/url?url=x", False),
        ("https://www.facebook.com/policies/cookies/", False),
        ("https://www.facebook.com/villa", True),
    ],
)
def test_a_picture_that_shares_the_page_is_no_presence_with_the_words_of_addresses(
    href: str, is_presence: bool
) -> None:
    inspector = Inspector.default(["social-networks"])
    html = f"<html lang=en><footer><a href='{href}'><img src=f.png></a></footer></html>"
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html")
    assert any(seen.is_proof for seen in inspector.inspect(page)) is is_presence


def test_an_alert_platform(strength: Strength) -> None:
    assert strength("<a href='https://local.nixle.com/villa'>x</a>", "alerts.subscription") >= PROOF
    assert strength("<a href='https://news.example/alerts'>x</a>", "alerts.subscription") < PROOF


# --- hosts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Villa.example:8443/x", "villa.example"),
        ("//x.com/a", "x.com"),
        ("http://www.Bücher.example/x", "xn--bcher-kva.example"),
        ("http://ü..example/", ""),
        ("mailto:a@b", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_listed_host_stands_for_itself_and_what_is_below() -> None:
    assert listed("https://m.facebook.com/x", "social") == "facebook.com"
    assert listed("https://myfacebook.com/x", "social") == ""
    assert listed("https://com/", "social") == ""


@pytest.mark.parametrize(
    "host",
    [
        "villa.gov",
        "www.gov.uk",
        "gov.uk",
        "data.gov.fr",
        "villa.gob.ar",
        "city.go.jp",
        "x.gouv.sn",
        "villa.gov.xx",
        "ec.europa.eu",
        "www.villa.bel.tr",
        "www.city.villa.osaka.jp",
        "city.sapporo.jp",
        "pref.osaka.jp",
        "library.town.villa.nagano.jp",
        "www.co.villa.tx.us",
        "ci.villa.mn.us",
        "dmv.state.ny.us",
        "lakeview.k12.or.us",
        "villatrust.nhs.uk",
        "www.gov.scot",
        "www2.gov.bc.ca",
        "steueramt.zh.ch",
        "www.comune.villa.to.it",
        "sukamaju.desa.id",
    ],
)
def test_hosts_reserved_for_governments(host: str) -> None:
    assert is_government(host)


@pytest.mark.parametrize(
    "host",
    [
        "villa.example",
        "gov.example",
        "mygov.com",
        "government.com",
        "notgov",
        "ergo.it",
        "",
        "city.shop.jp",
        "villa.osaka.jp",
        "bip.pl",
        "villa.tx.us",
        "co.us",
        "comune.it.example",
        "azh.ch",
    ],
)
def test_hosts_anyone_may_hold(host: str) -> None:
    assert not is_government(host)


@pytest.mark.parametrize("host", ["go.it", "lg.de", "mil.no", "muni.cz", "is.muni.cz"])
def test_a_label_reserved_in_some_countries_is_free_in_others(host: str) -> None:
    assert not is_government(host)


def test_names_by_convention() -> None:
    assert looks_governmental("mairie-villa.example")
    assert looks_governmental("bip.villa.example")
    assert not looks_governmental("capacity.example")


def test_a_head_that_offers_an_app_to_phones(strength: Strength) -> None:
    head = '<meta name="apple-itunes-app" content="{}"><p>Town.</p>'
    assert strength(head.format("app-id=123456789"), "portal.mobile_apps", "en") >= PROOF
    assert strength(head.format(""), "portal.mobile_apps", "en") == 0
