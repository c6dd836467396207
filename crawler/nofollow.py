"""What a page asks of crawlers beside robots.txt: not to follow its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

NOFOLLOW = frozenset({"nofollow", "none"})
"""The directives of a robots meta tag, or of an X-Robots-Tag header, that ask not to follow the links of a page."""
_OWN = "losi-scout"
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def closes_links_by_meta(tree: HtmlElement) -> bool:
    """Whether any `<meta>` of a document asks it: of all crawlers (`robots`), or of this one by its product token."""
    asked = (node for node in tree.iter("meta") if (node.get("name") or "").lower() in ("robots", _OWN))
    said = ",".join(node.get("content") or "" for node in asked).lower()
    return not NOFOLLOW.isdisjoint(word.strip() for word in said.split(","))


def closes_links(lines: Iterable[str], agent: str) -> bool:
    """Whether X-Robots-Tag headers ask that the links of a page are not followed (`nofollow`, or `none`).

    `lines` are the headers as sent, one each; `agent` is the User-Agent header. A directive behind a name, such as
    `otherbot: nofollow`, and those that follow it in the same header, are for the crawler of that product token.
    """
    own = agent.partition("/")[0].lower()
    for line in lines:
        addressed = ""
        for word in line.lower().split(","):
            name, colon, directive = (part.strip() for part in word.partition(":"))
            if colon and name not in _WITH_VALUE and " " not in name:
                addressed = name
            if (directive if colon else name) in NOFOLLOW and addressed in ("", "*", own):
                return True
    return False
