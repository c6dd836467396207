"""URLs of any form: one form for one page, and never another page's."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from crawler.traps import section, shape, trap
from crawler.urls import UrlError, canonical, domain, origin, typed_url
from detectors.page.texts import urljoin_safe
from tests.properties.profile import tried

ANY = st.text(max_size=60)
HOSTS = st.sampled_from(["town.example", "www.stadt-köln.example", "127.0.0.1", "[::1]", "пример.испытание", "xn--1.x"])
SEGMENT = st.text("abcÄß日 ~-._%256Ff;()[]'\"\\{}|", max_size=6)
NAMES = st.text("xyzq_-", min_size=1, max_size=3)
QUERY = st.lists(st.tuples(NAMES, st.text("abc é+%&=/?", max_size=5)), max_size=4)
PATHS = st.lists(SEGMENT | st.sampled_from(["..", ".", "", "a"]), max_size=5).map("/".join)
URLS = st.builds(
    lambda scheme, host, port, path, query, end: f"{scheme}://{host}{port}/{path}{query}{end}",
    st.sampled_from(["http", "https", "HTTP"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080"]),
    PATHS,
    QUERY.map(lambda pairs: "?" + "&".join(f"{name}={quote(value)}" for name, value in pairs) if pairs else ""),
    st.sampled_from(["", "#top", "#/x?y"]),
)


@tried
@given(URLS | ANY | ANY.map("http://".__add__))
def test_the_one_form_is_final(url: str) -> None:
    plain = canonical(url)
    assert canonical(plain) == plain
    assert plain == "" or plain.startswith(("http://", "https://"))
    assert "#" not in plain
    assert plain.isascii()


@tried
@given(URLS)
def test_the_one_form_is_of_the_same_resource(url: str) -> None:
    plain = urlsplit(canonical(url))
    given_ = urlsplit(url)
    assert plain.scheme == given_.scheme
    assert (plain.port or {"http": 80, "https": 443}[plain.scheme]) == (
        given_.port or {"http": 80, "https": 443}[given_.scheme]
    )
    assert sorted(parse_qsl(plain.query, keep_blank_values=True)) == sorted(
        parse_qsl(given_.query, keep_blank_values=True)
    )


@tried
@given(st.lists(st.text("abÄ日~- ", min_size=1, max_size=5), min_size=1, max_size=4), QUERY)
def test_how_it_is_escaped_makes_no_difference(segments: list[str], query: list[tuple[str, str]]) -> None:
    path = "/".join(segments)
    every = "".join(f"%{byte:02x}" if byte != 0x2F else "/" for byte in path.encode())
    asked = "&".join(f"{name}={quote(value)}" for name, value in query)
    turned = "&".join(f"{name}={quote(value)}" for name, value in reversed(query))
    first = canonical(f"https://town.example/{path}?{asked}")
    assert canonical(f"HTTPS://TOWN.example:443/./x/../{every}?{turned}#y") == first
    assert unquote(urlsplit(first).path) == f"/{path}"


@tried
@given(st.text(max_size=80) | URLS)
def test_nothing_typed_makes_it_fall(text: str) -> None:
    try:
        url, _ = typed_url(text)
    except UrlError:
        return
    assert canonical(url)
    assert urlsplit(url).hostname


@tried
@given(URLS, ANY | URLS | PATHS)
def test_links_of_any_form_are_judged(base: str, link: str) -> None:
    found = urljoin_safe(base, link)
    plain = canonical(found)
    for told in (trap(plain), shape(plain), section(plain), origin(plain)):
        assert isinstance(told, str)
    assert domain(urlsplit(plain).hostname or "").host == (urlsplit(plain).hostname or "")
