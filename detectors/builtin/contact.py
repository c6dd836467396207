"""Contact: phone, e-mail, postal address, or the way to them; and the helpdesk's number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from detectors.dated import figured
from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.postal import holds_address
from detectors.readings import LABEL
from detectors.strengths import Strengths
from detectors.targets import as_proof, targets_of
from detectors.topic import TopicDetector

_EMAIL = re.compile(r"[\w.+-]{2,}\s?(?:@|\(at\)|\[at\]|\{at\}|＠)\s?[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\d/.-])(?:(?:\+|00)\d{1,3}(?:[\s./()-]{1,3}\d{1,8}){2,6}|\+\d{1,3}\s?\d{5,10}"
    r"|\(?\d{1,4}\)?(?:[\s./()-]{1,3}\d{2,5}){2,5})(?![\d/-])"
)
_RUN = re.compile(
    r"(?<![\d/.-])(?:\d{7,12}|(?!(?:19|20)\d\d[ -](?:19|20)\d\d)\d{3,4}[ -]\d{4}|\(?0\d{1,4}\)?[ /.-]\d{4,8}"
    r"|\(?0\d{1,4}\)?[ /]{1,3}\d{2,6}[ -]\d{1,4})(?![\d/-])"
)
"""A number written without breaks or with one ("2422-2500", "042-99262227"), or with an extension ("0351 488-0"): a
telephone number only beside a word for it."""

_NORTH_AMERICAN = re.compile(r"\(?\b[2-9]\d\d(?:\)\s?|[.-])[2-9]\d\d[.-]\d{4}$")
"""A number that only a telephone has: area, exchange and line, not parted by spaces alone."""

_POSTAL = 0.55
_AT = ("@", "＠", "(at)", "[at]", "{at}")
_BEGIN_AT = ("@", "＠", "(", "[", "{")
"""What each of them begins with: single characters are found at once."""

_DATE = re.compile(
    r"\b(?:(?:[01]?\d|2[0-4])[:.][0-5]\d\s?[-–]\s?(?:[01]?\d|2[0-4])[:.][0-5]\d\b"
    r"|(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}|(?:1[34]|19|20|25)\d\d[./-]\d{1,2}[./-]\d{1,2}(?!\d)|\d{1,2}[:.]\d{2}\s?[-–])"
)
_DIGITS_OF_PHONE = 7
_DIGITS_BESIDE_WORD = 5
"""A small town's number, written in groups ("2-00-00"), tells beside a word for it."""

_FEW_WORDS = 8
_DIGITS = 3
"""Short numbers of three digits are what many cities publish as their call number."""

_CALLED = re.compile(r"(?<![\d/.,-])(?!(?:19|20)\d\d(?!\d))\d(?:[\s().-]{0,3}\d){2,14}(?![\d/.,-])")
"""What may be called, short or long, and is no year."""

_CAPTION = 0.55
_LETTERS_BESIDE_NUMBER = 25
_OF_EMERGENCY = 0.30
"""What the number to call in an emergency says of a helpdesk."""

_SIGNS = ("☎", "☏", "✆", "📞")
_WIDE = str.maketrans("＋－（）／．", "+-()/.")
_FIGURE_BEYOND_ASCII = re.compile(r"[^\D0-9]")
_EMAIL_TOLD = 0.8
_ASKED = 0.3
"""What the caption of a field counts, which asks for the details of whoever fills it in."""
_ORGANISATION_KEYS = ("telephone", "email", "address", "contactPoint")


class ContactDetails(TopicDetector):
    """The body's phone, e-mail or postal address on the page (mailto and tel links, an address element, structured
    data, a number beside a word for it), or a link to contact details."""

    name = "contact-details"
    version = "7"
    features = ("contact.details",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Data first, then words."""
        yield from self._links(page)
        yield from self._labels(page)
        yield from self._structured(page)
        yield from self._text(page)
        yield from self._postal(page)
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic; the caption of a field asks for the visitor's own."""
        value = super().weigh(page, hit, table)
        return min(value, _ASKED) if hit.segment.kind == "control" else value

    def _links(self, page: Page) -> Iterator[Observation]:
        seen = set()
        for link in targets_of(page).beyond_web:
            scheme = link.href[:7].lower()
            what = "mailto" if scheme == "mailto:" else "tel" if scheme.startswith(("tel:", "callto")) else ""
            value = unquote(link.href.partition(":")[2].partition("?")[0]) if what else ""
            if what not in seen and len(value) > 3:
                seen.add(what)
                words = "telephone number" if what == "tel" else "e-mail address"
                yield Observation(
                    self.features[0],
                    "content",
                    0.85,
                    link.label or value,
                    f"{words} as a link",
                    href=link.href,
                    selector=page.selector(link.element),
                )

    def _labels(self, page: Page) -> Iterator[Observation]:
        """An e-mail address as the label of a link, wherever that leads."""
        for link in page.links:
            if "@" in link.label and _EMAIL.fullmatch(link.label):
                yield as_proof(page, link, self.features[0], _EMAIL_TOLD, "e-mail address as a link's label")
                return

    def _structured(self, page: Page) -> Iterator[Observation]:
        for item in page.jsonld:
            found = [key for key in _ORGANISATION_KEYS if item.get(key)]
            if found:
                quote = f"{item.get('name', '')} {' '.join(str(item[key])[:80] for key in found)}".strip()
                yield Observation(self.features[0], "content", 0.7, quote[:200], "structured data of the organisation")
                return
        for element in page.tree.iter("address"):
            text = " ".join("".join(element.itertext()).split())
            if len(text) > 12 and (any(char.isdigit() for char in text) or "@" in text):
                yield Observation(
                    self.features[0],
                    "content",
                    0.7,
                    text[:200],
                    "address element",
                    selector=page.selector(element),
                )
                return

    def _text(self, page: Page) -> Iterator[Observation]:
        """An e-mail address or phone number in the text; a number counts more beside a word for it."""
        best: Observation | None = None
        in_figures = figured(page)
        for segment in page.hits.texts:
            text = segment.text
            has_at = any(map(text.__contains__, _BEGIN_AT)) and any(map(text.__contains__, _AT))
            if not has_at and segment.number not in in_figures:
                continue
            text = _in_ascii_figures(text)
            marked = "contact" in page.hits.marks(segment) or any(map(text.__contains__, _SIGNS))
            email = _EMAIL.search(text) if has_at else None
            least = _DIGITS_BESIDE_WORD if marked else _DIGITS_OF_PHONE
            phone = None if email else _phone(text, least) or (_RUN.search(text) if marked else None)
            match = email or phone
            if match is None:
                continue
            strength = _EMAIL_TOLD if email else _strength(match[0], marked)
            strength = strength - 0.1 if len(text) > 400 else strength
            if best is None or strength > best.strength:
                what = "e-mail address" if email else "telephone number"
                start = max(0, match.start() - 60)
                quote = segment.text[start : match.end() + 60]
                marked_span = (match.start() - start, match.end() - start)
                best = Observation(
                    self.features[0],
                    "content",
                    strength,
                    quote,
                    f"{what} in the text",
                    matched=(marked_span,),
                )
        if best is not None:
            yield best

    def _postal(self, page: Page) -> Iterator[Observation]:
        """A postal address in a short text."""
        in_figures = figured(page)
        for segment in page.hits.texts if in_figures else ():
            if segment.number in in_figures and holds_address(segment.text, segment.zone in ("footer", "aside")):
                selector = page.selector(segment.block.element if segment.block is not None else None)
                why = "postal address in the text"
                yield Observation(
                    self.features[0], "content", _POSTAL, segment.text, why, selector=selector, zone=segment.zone
                )
                return


def _in_ascii_figures(text: str) -> str:
    """The text with the figures of other scripts as ASCII figures, each in its place, and with full-width signs of
    telephone numbers as usual ones."""
    if text.isascii() or not _FIGURE_BEYOND_ASCII.search(text):
        return text
    return "".join(str(int(char)) if char.isdecimal() else char for char in text.translate(_WIDE))


def _strength(number: str, marked: bool) -> float:
    """What a telephone number says, `marked` by a word for it or not."""
    if marked or number.startswith("+"):
        return 0.75
    return 0.6 if _NORTH_AMERICAN.match(number) else 0.35


def _phone(text: str, least: int) -> re.Match[str] | None:
    """The first group of `least` to 15 digits, all ASCII, that looks like a telephone number, no date or amount."""
    if sum(map(text.count, "0123456789")) < least:
        return None
    for match in _PHONE.finditer(text):
        digits = sum(char.isdigit() for char in match[0])
        if least <= digits <= 15 and not _holds_date(match[0]):
            return match
    return None


def _holds_date(text: str) -> bool:
    """Whether the digits name a day or hours: "55-20-07" does not, there is no such month."""
    return any(
        not first or (1 <= min(int(first), int(second)) <= 12 and max(int(first), int(second)) <= 31)
        for first, second in _DATE.findall(text)
    )


class HelpdeskPhone(TopicDetector):
    """A call number or call centre for the users of services; the town hall's own number is contact, not this."""

    name = "helpdesk-phone"
    version = "4"
    features = ("support.helpdesk_phone",)
    text_as_proof = True

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Running text is proof where it is short and tells a number; else it mentions some line. The number that a
        sentence tells to call in an emergency is another one."""
        value, segment = super().weigh(page, hit, table), hit.segment
        is_label = segment.kind != "text" and (segment.link is None or segment.link.label == segment.text)
        if not is_label and segment.number in page.hits.speaking("info.emergency"):
            return min(value, _OF_EMERGENCY)
        if segment.kind != "text" or _tells_number(hit):
            return value
        return max(value, _CAPTION) if value > _OF_EMERGENCY and _captions_number(page, hit) else min(value, 0.45)


def _captions_number(page: Page, hit: Hit) -> bool:
    """Whether hardly more than the term stands there, and the text behind it is hardly more than a number."""
    if hit.extra > 1:
        return False
    behind = next((each.text for each in page.hits.texts if each.number > hit.segment.number), "")
    letters, digits = (sum(map(which, behind)) for which in (str.isalpha, str.isdigit))
    return letters <= _LETTERS_BESIDE_NUMBER and digits >= _DIGITS


def _tells_number(hit: Hit) -> bool:
    """Whether a run of text tells what to call: a few words and a number, or a short text with a telephone number."""
    text = hit.segment.text
    if sum(char.isdigit() for char in text) < _DIGITS:
        return False
    return hit.extra <= _FEW_WORDS or (len(text) <= LABEL and _CALLED.search(_in_ascii_figures(text)) is not None)


DETECTORS = (ContactDetails, HelpdeskPhone)
