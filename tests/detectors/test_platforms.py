"""The systems that governments run: known by host, address, generator, script or markup."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.observation import PROOF
from detectors.packaged import data
from detectors.page import Page
from detectors.platforms import likely_places, platform_of_link, platforms_of_page
from survey.features import features

MakePage = Callable[..., Page]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://villa.socrata.com/browse", "socrata"),
        ("https://villa.opendatasoft.com/", "opendatasoft"),
        ("https://data.villa.example/api/3/action/package_list", "ckan"),
        ("https://maps.villa.example/geonetwork/srv/eng/catalog.search", "geonetwork"),
        ("https://maps.villa.example/ows?SERVICE=WMS&REQUEST=GetMap", "geoserver"),
        ("https://villa.maps.arcgis.com/apps/webappviewer/index.html?id=1", "map-viewer"),
        ("https://opendata.arcgis.com/datasets/1", "arcgis-hub"),
        ("https://petition.parliament.uk/petitions/1", "petitions"),
        ("https://www.chorus-pro.gouv.fr/", "e-invoicing"),
        ("https://villa.example/processes?filter[date]=active", "decidim"),
        ("https://www.decidim.villa.example/", "decidim"),
        ("https://www.bund.de/stellenangebote/", "neogov"),
        ("https://xn--mngelmelder-l8a.de/", "maengelmelder"),
        ("https://www.villa.example/petitions-committee", ""),
        ("https://www.villa.example/staff/processes/hiring", ""),
        ("https://www.mybund.de/stellenangebote/", ""),
        ("https://www.villa.example/news", ""),
        ("https://mysocrata.com/", ""),
        ("mailto:a@socrata.com", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_the_platform_behind_a_link(url: str, key: str) -> None:
    found = platform_of_link(url)
    assert (found.key if found else "") == key


@pytest.mark.parametrize(
    ("markup", "key"),
    [
        ("<meta name=generator content='CKAN 2.10'>", "ckan"),
        ("<script src='https://cdn.socrata.com/x.js'></script>", "socrata"),
        ("<div class=ods-catalog></div>", "opendatasoft"),
        ("<script src='https://embed.tawk.to/1/default'></script>", "chat-person"),
        ("<script src='https://cdn.botpress.cloud/webchat/inject.js'></script>", "chat-machine"),
        ("<script src='https://consent.cookiebot.com/uc.js'></script>", "consent"),
        ("<meta name=generator content='JKAN v1'>", "data-catalogues"),
    ],
)
def test_the_platform_a_page_is_made_with(make_page: MakePage, markup: str, key: str) -> None:
    assert key in {platform.key for platform, _ in platforms_of_page(make_page(markup))}


def test_an_ordinary_page_is_made_with_none(make_page: MakePage) -> None:
    page = make_page(
        "<meta name=generator content='My CKAN-like tool'><p>Benches and trees</p><script src=/js/site.js></script>"
    )
    assert list(platforms_of_page(page)) == []
    assert likely_places(page) == ()


def test_a_platform_is_told_once_with_its_places(make_page: MakePage) -> None:
    page = make_page("<meta name=generator content='ckan 2.9'><div data-module=\"select-switch\"></div>")
    assert [platform.key for platform, _ in platforms_of_page(page)] == ["ckan"]
    assert ("https://www.villa.example/dataset", "open_data.provision") in likely_places(page)


@pytest.mark.parametrize(
    ("markup", "path", "feature"),
    [
        ("<meta name=generator content='Joomla! 5'>", "/index.php?option=com_finder", "search.internal"),
        ("<meta name=generator content='Microsoft SharePoint'>", "/Pages/SiteMap.aspx", "navigation.sitemap"),
        ("<meta name=generator content='Decidim 0.28'>", "/meetings", "participation.announcements"),
        ("<meta name=generator content='uData 9'>", "/organizations/", "open_data.metadata"),
    ],
)
def test_a_system_says_where_it_keeps_what(make_page: MakePage, markup: str, path: str, feature: str) -> None:
    assert (f"https://www.villa.example{path}", feature) in likely_places(make_page(markup))


def test_every_kind_of_system_that_governments_run_is_there() -> None:
    kinds = {table["kind"] for table in data("platforms").values() if isinstance(table, dict)}
    assert kinds >= {
        "open data", "participation", "petitions", "issue reporting", "council meetings", "procurement", "payment",
        "budget", "vacancies", "identity", "satisfaction", "content management", "accessibility overlay",
        "web statistics", "chat", "chatbot", "consent manager", "geographic data", "map viewer", "e-invoicing",
    }  # fmt: skip


def test_a_link_to_a_platform_is_proof_of_what_it_is_for(strength: Callable[..., float]) -> None:
    assert strength("<a href='https://villa.opendatasoft.com/'>x</a>", "open_data.provision") >= PROOF


def test_every_host_is_one() -> None:
    tables = [table for table in data("platforms").values() if isinstance(table, dict)]
    hosts = [host for table in tables for host in table.get("hosts", ())]
    assert [host for host in hosts if "/" in host or "." not in host or host != host.lower()] == []
    assert [host for host in hosts if not host.isascii() and host.encode("idna").decode() not in hosts] == []


def test_every_fingerprint_speaks_of_known_features_with_a_probability() -> None:
    tables = {key: table for key, table in data("platforms").items() if isinstance(table, dict)}
    assert tables
    for key, table in tables.items():
        assert table["name"], key
        assert table["kind"], key
        assert set(table.get("features", {})) <= set(features()), key
        assert all(0.0 < strength <= 1.0 for strength in table.get("features", {}).values()), key
        assert set(table.get("places", {}).values()) <= set(features()), key
        assert all(path.startswith("/") for path in table.get("places", {})), key
        assert all(mark == mark.lower() for mark in table.get("generator", ())), key
        assert any(table.get(name) for name in ("hosts", "urls", "generator", "scripts", "markup")), key


def test_no_mark_is_shared_or_so_short_that_it_is_found_anywhere() -> None:
    tables = {key: table for key, table in data("platforms").items() if isinstance(table, dict)}
    for name in ("urls", "scripts", "markup", "hosts", "generator"):
        marks = [mark for table in tables.values() for mark in table.get(name, ())]
        assert sorted(mark for mark in set(marks) if marks.count(mark) > 1) == [], name
        assert [mark for mark in marks if len(mark) < 4] == [], name


@pytest.mark.parametrize(
    ("markup", "feature"),
    [
        ("<a href=/embassies/consul-general>The consul-general receives on Mondays</a>", "participation.deliberation"),
        ("<div class=consul-services>Visas</div>", "participation.deliberation"),
        ("<div class=campaign-app id=design-app>Our campaign</div>", "gis.data"),
        ("<p>We thank the team of opendatasoft for their visit.</p>", "open_data.provision"),
    ],
)
def test_a_mention_is_no_platform(strength: Callable[..., float], markup: str, feature: str) -> None:
    assert strength(markup, feature) < PROOF
