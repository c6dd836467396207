"""What was searched for a question, in sentences of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from review.marks import clipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from gettext import NullTranslations

Sentence = tuple[str, tuple[str, ...]]
"""A sentence, and the words of the portal's language that it ends with."""
_WORD = 60


def sentences(
    told: Mapping[str, Any], speech: NullTranslations, named: Callable[[str | None], str]
) -> Iterator[Sentence]:
    """The sentences for the `searched` of a finding; `named` tells the name of a language."""
    if told.get("pages") is not None:
        read = told["pages"]
        said = speech.ngettext("%(num)d page was read.", "%(num)d pages were read.", read) % {"num": read}
        nobody_knows = speech.gettext("language not known")
        each = ", ".join(f"{named(code) or nobody_knows}: {count}" for code, count in told.get("languages", []))
        yield f"{said} {each}".rstrip(), ()
    yield _left(told, speech), ()
    yield speech.gettext("A sitemap was read.") if told.get("sitemap") else speech.gettext("No sitemap was read."), ()
    if asked := told.get("site_search"):
        words = tuple(clipped(word, _WORD) for word in asked)
        yield speech.gettext("The portal’s own search was asked for:"), words
    else:
        yield speech.gettext("The portal’s own search was not asked."), ()


def _left(told: Mapping[str, Any], speech: NullTranslations) -> str:
    if told.get("exhausted"):
        return speech.gettext("No known page was left unread.")
    if left := told.get("left"):
        said = speech.ngettext("%(num)d known page was not read.", "%(num)d known pages were not read.", left)
        return said % {"num": left}
    return speech.gettext("The crawl ended before it was sure to have seen every page.")
