"""How templates write numbers, days, names and words in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment

from detectors.plainly import plainly
from review.i18n import asked, translations
from review.marks import clipped, pieces, plain, safe_link
from review.searched import Sentence, sentences
from review.wording import WORDS, confidence_band
from survey.countries import countries
from survey.questionnaire import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_TRANSLATED = "en"
"""What the catalogues of questions are translated from."""

_ISOLATE, _END = "\u2068", "\u2069"
"""Keep the direction of quoted words to themselves (Unicode UAX 9)."""


def add_formats(made: Environment, language: str) -> None:
    """Gives an environment its filters, and the function `said(kind, key)` that tells the word for a key."""
    write = Formats(language)
    made.globals["said"] = write.said
    made.filters.update(
        percent=write.percent,
        number=write.number,
        day=write.day,
        moment=write.moment,
        language=write.language_name,
        country=write.country_name,
        pieces=pieces,
        plain=plain,
        clipped=clipped,
        safe_link=safe_link,
        reason=write.reason,
        searched=write.searched,
        plainly=lambda why: str(plainly(why)),
        band=confidence_band,
        asked=write.asked,
        tongue=write.tongue,
    )


class Formats:
    """The formats of one language; each gives an empty text for None."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._locale = Locale.parse(language)
        self._translations = translations(language)

    def said(self, kind: str, key: str | None) -> str:
        """The word for a key of `review.wording`, translated; the key itself if it has none."""
        word = WORDS[kind].get(key or "")
        return self._translations.gettext(word) if word else (key or "")

    def asked(self, text: str, edition: str) -> str:
        """What a questionnaire says, in the reader's language if it is one of the UN's questions and was translated."""
        return asked(text, self._language) if language_of(edition) == _TRANSLATED else text

    def tongue(self, text: str, edition: str) -> str:
        """The language of what `asked` gives, as the attribute `lang` says it; "" where nobody knows."""
        return self._language if self.asked(text, edition) != text else language_of(edition)

    def reason(self, why: str, quote: str = "", matched: Iterable[tuple[int, int]] = ()) -> str:
        """Why an observation counts, in plain words of the language; empty where nobody translated them, as a detector
        said them itself."""
        read = plainly(why, quote, matched)
        if not read.form or read.form == "said":
            return ""
        said, place = self.said("seen", read.form), self.said("place", read.place)
        return said % {"place": place, "words": f"{_ISOLATE}{read.words}{_END}"}

    def searched(self, told: Mapping[str, Any]) -> list[Sentence]:
        """What was searched, in sentences, each with the words of the portal's language that it ends with."""
        return list(sentences(told, self._translations, self.language_name))

    def percent(self, share: float | None) -> str:
        """A share of 0..1 in whole percent."""
        return "" if share is None else format_percent(share, locale=self._locale)

    def number(self, value: float | None, places: int = 2) -> str:
        """A number with so many decimals."""
        return "" if value is None else format_decimal(value, f"0.{'0' * places}", locale=self._locale)

    def day(self, at: datetime | None) -> str:
        """The day of a moment, in UTC."""
        return "" if at is None else format_date(at, "medium", locale=self._locale)

    def moment(self, at: datetime | None) -> str:
        """Day and time, in UTC."""
        return "" if at is None else f"{format_datetime(at, 'short', locale=self._locale)} UTC"

    def language_name(self, code: str | None) -> str:
        """The name of a BCP 47 language, the code itself if it has none."""
        plain_code = (code or "").replace("_", "-").split("-")[0].lower()
        return str(self._locale.languages.get(plain_code, code or ""))

    def country_name(self, iso3: str | None) -> str:
        """The name of an ISO 3166 alpha-3 country, the code itself if it has none."""
        found = countries().get(iso3 or "")
        return str(self._locale.territories.get(found.iso2, found.name)) if found else (iso3 or "")
