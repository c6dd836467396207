"""The one form of a URL, registered domains, scope, traps and shapes."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import urls
from crawler.scope import Scope
from crawler.traps import login, section, shape, trap
from crawler.urls import MAX_URL, UrlError, ascii_host, canonical, domain, typed_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://WWW.Town.Example:80/a/../b/./c#top", "http://www.town.example/b/c"),
        ("https://town.example/a/b/..", "https://town.example/a/"),
        ("https://town.example/a/.", "https://town.example/a/"),
        ("https://town.example:443", "https://town.example/"),
        ("https://town.example:8443/x", "https://town.example:8443/x"),
        ("https://town.example/%7euser/%c3%a9", "https://town.example/~user/%C3%A9"),
        ("https://town.example/a?b=2&a=1&utm_source=x&fbclid=y", "https://town.example/a?a=1&b=2"),
        ("https://town.example/a;jsessionid=0A1B2C?x=1", "https://town.example/a?x=1"),
        ("https://town.example/a?PHPSESSID=0123456789abcdef0123&x=1", "https://town.example/a?x=1"),
        ("https://town.example/a?sid=3", "https://town.example/a?sid=3"),
        ("https://town.example/(S(abcdefgh))/a.aspx", "https://town.example/a.aspx"),
        ("https://m\u00fcnchen.example/stra\u00dfe", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("https://gie\u00dfen.example/", "https://xn--gieen-nqa.example/"),
        ("https://\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example/", "https://xn--mgba3gch31f060k.example/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("mailto:a@town.example", ""),
        ("ftp://town.example/", ""),
        ("https://", ""),
        ("https://town.example:x/", ""),
        ("https://town.example/%5%655", "https://town.example/%5%655"),
        ('https://town.example/a|b"c?q={d}', "https://town.example/a%7Cb%22c?q=%7Bd%7D"),
        ("https://town.example/a%7cb%22c?q=%7Bd%7D", "https://town.example/a%7Cb%22c?q=%7Bd%7D"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    assert canonical(url) == expected


def test_a_host_in_punycode_and_the_rest_as_it_is() -> None:
    assert ascii_host("https://gie\u00dfen.example:8443/stra\u00dfe?\u00e4#x") == (
        "https://xn--gieen-nqa.example:8443/stra\u00dfe?\u00e4#x"
    )
    for same in ("https://town.example/stra\u00dfe", "https://[::1", "https://town.example:x/\u00df", "stra\u00dfe"):
        assert ascii_host(same) == same
    assert typed_url("gie\u00dfen.example/?a=1")[0] == "https://xn--gieen-nqa.example/?a=1"


@given(st.text(alphabet='abc/.%?&=#;:@[]()|"\\é 0129', max_size=60))
def test_canonical_is_stable_and_never_fails(rest: str) -> None:
    once = canonical(f"https://town.example/{rest}")
    assert canonical(once) == once


@given(st.text(max_size=40))
def test_any_text_is_a_url_or_a_clear_error(text: str) -> None:
    try:
        url, _ = typed_url(text)
    except UrlError as error:
        url = f"https://{error}"
    assert url.startswith(("http://", "https://"))
    assert len(url) > 9


def test_a_missing_scheme_is_added() -> None:
    assert typed_url("http://localhost.:8801/")[0] == typed_url("http://localhost:8801/")[0] == "http://localhost:8801/"
    assert typed_url("HTTP://town.example/") == ("http://town.example/", True)
    assert typed_url(" www.town.example ") == ("https://www.town.example/", False)
    assert typed_url("town.example/go?to=https://x.example") == (
        "https://town.example/go?to=https://x.example",
        False,
    )
    assert typed_url("http://town.example/a?b=1&a=2#x") == ("http://town.example/a?b=1&a=2", True)


def test_marks_around_an_address_are_no_part_of_it() -> None:
    for marked in ("<https://town.example/a>", '"https://town.example/a"', "//town.example/a"):
        assert typed_url(marked)[0] == "https://town.example/a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "no address was given"),
        ("mailto:mayor@town.example", "write one that begins with https://"),
        ("ftp://town.example/", "uses ftp:, which is not the web"),
        ("https://mayor@town.example/", "user name or password; write it without"),
        ("https://:secret@town.example/", "user name or password; write it without"),
        ("https://town.example:99999/", r"is not a web address \(Port"),
        ("https://town.example:0/", "is no host name"),
        ("https://-town.example/", "is no host name"),
        ("https://town/", "is no host name"),
        ("town.123", "is no host name"),
        (f"{'a.' * 127}example", "is no host name"),
        (f"https://town.example/{'a' * (MAX_URL - 20)}", f"longer than {MAX_URL} characters"),
    ],
)
def test_what_is_no_address_is_refused_with_the_mend(text: str, message: str) -> None:
    with pytest.raises(UrlError, match=message):
        typed_url(text)


def test_the_longest_address_is_taken() -> None:
    longest = f"https://town.example/{'a' * (MAX_URL - 21)}"
    assert typed_url(longest)[0] == longest


def test_an_address_in_another_encoding_than_the_terminal_s() -> None:
    with pytest.raises(UrlError, match="is not a web address"):
        typed_url(b"http://town.example/stra\xdfe".decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("host", "registered", "shared"),
    [
        ("www.nyc.gov", "nyc.gov", False),
        ("WWW.NYC.GOV.", "nyc.gov", False),
        ("www.gov.uk", "www.gov.uk", False),
        ("gov.pl", "", False),
        ("italia.github.io", "italia.github.io", True),
        ("english.seoul.go.kr", "seoul.go.kr", False),
        ("127.0.0.1", "", False),
    ],
)
def test_registered_domain(host: str, registered: str, shared: bool) -> None:
    found = domain(host)
    assert (found.registered, found.shared) == (registered, shared)


def test_registered_domains_are_told_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[object] = []

    def look_up(*address: object, **_: object) -> None:
        looked_up.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    domain.cache_clear()
    urls._extract.cache_clear()
    assert domain("www.nyc.gov").registered == "nyc.gov"
    assert looked_up == []


@pytest.mark.parametrize(
    ("seed", "inside", "outside"),
    [
        ("https://www.nyc.gov/site/", "https://www1.nyc.gov/x", "https://www.ny.gov/"),
        ("https://www.gov.uk/", "https://gov.uk/x", "https://signin.service.gov.uk/"),
        ("https://www.gov.pl/", "https://www.gov.pl/web/zdrowie", "https://www.mf.gov.pl/"),
        (
            "https://www.gov.pl/web/warszawa/",
            "https://www.gov.pl/web/warszawa/kontakt",
            "https://www.gov.pl/web/gdansk/",
        ),
        ("https://www.gov.pl/en/", "https://www.gov.pl/pl/", "https://www.nfz.gov.pl/"),
        ("https://gov.pl/web/warszawa/", "https://www.gov.pl/web/warszawa", "https://gov.pl/web/gdansk/"),
        ("https://www.gov.pl/web/portal/", "https://www.gov.pl/web/portal/a", "https://www.gov.pl/web/gdansk/"),
        ("https://www1.nyc.gov/", "https://www.nyc.gov:8443/x", "https://www.ny.gov/"),
        ("https://italia.github.io", "https://italia.github.io/design/a", "https://france.github.io/"),
        (
            "https://italia.github.io/design/index.html",
            "https://italia.github.io/design/a",
            "https://italia.github.io/x",
        ),
        ("https://italia.github.io/design", "https://italia.github.io/design/a", "https://italia.github.io/designs"),
        ("https://italia.github.io/design/", "https://italia.github.io/design/a", "https://italia.github.io/other/"),
        ("https://town.blogspot.com/", "https://town.blogspot.com/2020/", "https://other.blogspot.com/"),
        ("https://www.city.osaka.lg.jp/", "https://web.city.osaka.lg.jp/a", "https://www.pref.osaka.lg.jp/"),
        ("https://web.city.osaka.lg.jp/", "https://www.city.osaka.lg.jp/a", "https://www.pref.osaka.lg.jp/"),
        ("https://www.osaka.lg.jp/", "https://osaka.lg.jp/a", "https://www.nara.lg.jp/"),
        ("https://www.comune.milano.it/", "https://servizi.comune.milano.it/", "https://www.milano.it/"),
        ("https://xn--mnchen-3ya.example/", "https://www.m\u00fcnchen.example/x", "https://munchen.example/"),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8001/a", "http://127.0.0.1:8002/"),
    ],
)
def test_scope(seed: str, inside: str, outside: str) -> None:
    scope = Scope(seed)
    assert scope.contains(seed)
    assert scope.contains(inside)
    assert not scope.contains(outside)


def test_what_is_no_address_is_neither_the_portal_s_nor_stepped_to() -> None:
    scope = Scope("https://www.nyc.gov/")
    assert scope.contains("https://www.nyc.gov./x")
    for url in ("mailto:mayor@nyc.gov", "https://[bad", ""):
        assert (scope.contains(url), scope.may_step_to(url)) == (False, False)


def test_scope_grows_with_where_the_seed_leads() -> None:
    scope = Scope("https://old-town.example/")
    scope.extend("https://www.town.gov/home")
    assert scope.contains("https://old-town.example/x")
    assert scope.contains("https://data.town.gov/")


def test_social_networks_are_not_stepped_to() -> None:
    scope = Scope("https://town.example/")
    assert not scope.may_step_to("https://www.facebook.com/town")
    assert scope.may_step_to("https://tenders.example/town")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("calendar?year=1999&month=2", "calendar"),
        ("events/2024/05/", "calendar"),
        ("agenda/2031-01/list", "calendar"),
        ("a/b/a/b/a/b", "repeating path"),
        ("a//b//c", ""),
        ("list?f%5B0%5D=x&sort=y&tags=z", "combined filters"),
        ("x?a=1&b=2&c=3&d=4&e=5&f=6&g=7", "too many parameters"),
        ("a?print=1", "print or share version"),
        ("login?return_to=%2Fhome", "login redirect"),
        ("user/logout", "account or basket action"),
        ("x" * 1001, "URL too long"),
        ("x" * 979, ""),
        ("/".join("abcdefghijklmnop"), "path too deep"),
        ("/".join("abcdefghijklmn"), ""),
        ("events/2024/05/12/spring-fair", ""),
        ("news?page=2", ""),
        ("budget/2024", ""),
        ("calendar", ""),
        ("calendar?start=2031-01", "calendar"),
        ("calendar?from=1.2.31&to=28.2.31", "calendar"),
        ("calendar?start=1767225600", "calendar"),
        ("calendar?date=12", "calendar"),
        ("calendar?view=list&year=2024", "calendar"),
        ("budget?year=2024", ""),
        ("orcamento?ano=2019&tipo=3", ""),
        ("reports?year=2024-2025", ""),
        ("reports?year=1", "calendar"),
        ("reports?year=20240", "calendar"),
        ("news?start=20", ""),
        ("session/" + "0f" * 16 + "/news", "session id in the path"),
        ("town.nsf/0/" + "0F" * 16 + "?OpenDocument", ""),
        ("files/" + "0f" * 16 + "/budget", ""),
        ("search?q=tax", ""),
        ("services/permits/building", ""),
        ("en/departments?id=12", ""),
    ],
)
def test_traps(path: str, reason: str) -> None:
    assert trap(canonical(f"https://town.example/{path}")) == reason


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("login?return_to=%2Fhome", "login"),
        ("login?lang=en&return_to=%2Fhome", "login?lang=en"),
        ("plans?x=1", ""),
        ("plans?print=1", ""),
        ("plans", ""),
    ],
)
def test_the_page_of_a_login_whatever_it_leads_back_to(address: str, page: str) -> None:
    assert login(f"https://town.example/{address}") == (f"https://town.example/{page}" if page else "")


@pytest.mark.parametrize(
    ("path", "part"), [("/", ""), ("/news", ""), ("/news/", "/news"), ("/news/1", "/news"), ("/news/a/1", "/news")]
)
def test_pages_of_one_folder_are_a_section(path: str, part: str) -> None:
    assert section(f"https://town.example{path}") == f"https://town.example{part}"


def test_shapes() -> None:
    first = "https://town.example/news/2024/03/a-long-title-of-news.html?id=5"
    assert shape(first) == shape("https://town.example/news/2023/11/another-title-altogether.html?id=77")
    assert shape(first) != shape("https://town.example/events/2024/03/a-long-title-of-news.html?id=5")
    assert shape("https://town.example/?id=5") == shape("https://town.example/?id=6")
    assert shape("https://town.example/?id=5") != shape("https://town.example/?page=5")
    assert shape("https://town.example/mayor") != shape("https://town.example/parks")
