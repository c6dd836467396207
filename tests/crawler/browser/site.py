"""A small portal of which one part is made by scripts, and its proof partly hidden."""

from __future__ import annotations

from tests.crawler.loopback import Route, page

APP = """
const pages = {
  "/": ["Town of Testham", ["/budget", "/contact"]],
  "/budget": ["Municipal budget 2026", []],
  "/contact": ["Contact the town", []],
};
const [title, links] = pages[location.pathname] || ["There is no such page here", []];
document.title = title;
const text = "The municipality publishes its decisions and reports here for every resident of the town. ".repeat(6);
root.innerHTML = `<main><h1>${title}</h1><p>${title}. ${text}</p></main><nav></nav>`;
for (const link of links) {
  const a = document.createElement("a");
  a.href = link;
  a.textContent = pages[link][0];
  root.querySelector("nav").append(a, " ");
}
"""
SHELL = '<!doctype html><html lang="en"><title>App</title><div id="root"></div><script src="/app.js"></script></html>'


def app() -> dict[str, Route]:
    """A portal that is one script: every address answers with the same empty page."""
    return {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n"),
        "/app.js": (200, {"Content-Type": "text/javascript; charset=utf-8"}, APP.encode()),
        "*": SHELL,
    }


def menu() -> dict[str, Route]:
    """A portal of plain pages with a menu that is closed until it is touched."""
    closed = (
        '<style>.sub{display:none}</style><ul><li>Town hall<ul class="sub"><li>'
        '<a href="/budget">Municipal budget 2026</a></li></ul></li></ul><img src="/arms.png" alt="Arms">'
    )
    return {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n"),
        "/": page("Town of Testham", "/news", body=closed),
        "/news": page("News of the town", "/"),
        "/budget": page("Municipal budget 2026", "/"),
        "/arms.png": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    }
