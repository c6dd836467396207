"""Accounts: logging in, seeing and changing one's own data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile
from urllib.parse import urlsplit

from detectors.compositions import GENERAL
from detectors.hits import Hit
from detectors.hosts import host_of
from detectors.lexicon import Lexicon
from detectors.observation import Observation
from detectors.page import Page
from detectors.page.elements import Form
from detectors.readings import read_texts
from detectors.strengths import Strengths
from detectors.telling import tells_of_service
from detectors.topic import TopicDetector

_STAFF = re.compile(
    r"(?:^|[\s/_.?=&-])(?:wp-login|wp-admin|admin|administrator|webmail|owa|oa|intranet|intern|interno|interna|internal"
    r"|staff|employees?|agents?|bedienstete|empleados|funcionarios|servidores|dipendenti|zamestnanci|pracownicy|personel"
    r"|mitarbeiter|medewerkers|ansatte|henkilosto|pegawai|shokuin|joomla|typo3|roundcube|zimbra"
    r"|layouts(?:/\d+)?/authenticate)"
    r"(?:$|[\s/_.?=&-])",
    re.I,
)
_ANYBODYS = re.compile(r"/user/login/?$", re.I)
"""Where several content systems let everybody in: their editors alone, on a portal without accounts for others."""

_PERSONNEL = re.compile(r"(?<!area)/personale?(?:$|[/?])", re.I)
_SAY_PERSONNEL = frozenset(("ca", "da", "de", "es", "gl", "it", "nb", "nn", "no", "ro", "sv"))
"""Languages in which a step "personal" or "personale" names the staff; elsewhere it is the users' own place."""

_DONE_ONLINE = frozenset(("online", "apply", "pay"))
_STAFF_HOST = re.compile(r"(?:panel|admin|cms|webmail|mail|poczta|owa|intranet|extranet|backend)\d*\.")


def _lets_in_staff(page: Page, url: str) -> bool:
    """Whether an address is one where the staff log in: told by its host or by a step of its path."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    personnel = page.language.partition("-")[0] in _SAY_PERSONNEL and _PERSONNEL.search(path)
    return bool(_STAFF_HOST.match(host_of(url)) or _STAFF.search(path) or personnel)


def _may_let_in_staff(page: Page, url: str) -> bool:
    """Whether an address by itself does not tell that users log in there."""
    return _lets_in_staff(page, url) or bool(_ANYBODYS.search(url.partition("?")[0]))


def _is_staff(page: Page, form: Form) -> bool:
    """Whether the form lets in the staff: told by its address, the page's own or the form's name."""
    return bool(_STAFF.search(form.ident)) or any(_may_let_in_staff(page, url) for url in (form.action, page.url))


def _is_act(page: Page, hit: Hit) -> bool:
    """Whether the term is general vocabulary of applying and registering, too."""
    lexicon = page.lexicons.get(hit.term.language) if page.lexicons else None
    return lexicon is not None and hit.term.text.casefold() in _acts(lexicon)


def _signs_up(hit: Hit) -> bool:
    """Whether the term captions the button of a form that asks for an e-mail address alone, as newsletters do."""
    form, button = hit.segment.form, hit.segment.control
    if form is None or button is None or form.has("password"):
        return False
    asked = list(takewhile(lambda field: field is not button, form.fields))[-1:]
    return any(field.type == "email" or "mail" in field.name.lower() for field in asked)


def _is_done_online(page: Page, label: str) -> bool:
    """Whether a label holds general vocabulary of doing things online."""
    lexicons = page.lexicons.for_languages(page.languages) if page.lexicons else ()
    return any(not _DONE_ONLINE.isdisjoint(reading.general) for _, reading in read_texts(lexicons, label))


@lru_cache(maxsize=128)
def _acts(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(term.text.casefold() for term in lexicon.terms if term.feature == f"{GENERAL}apply")


class Authentication(TopicDetector):
    """A login or electronic identity for users of services: a form with a password that is not the staff's, or a
    link to one."""

    name = "authentication"
    version = "7"
    features = ("account.authentication",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Password forms, then words."""
        forms = [form for form in page.forms if form.has("password")]
        for form in sorted(forms, key=lambda form: _is_staff(page, form))[:1]:
            staff = _is_staff(page, form)
            yield Observation(
                self.features[0],
                "content",
                0.3 if staff else 0.75,
                (form.text or "password field")[:200],
                "login form of the staff or the content system" if staff else "login form",
                selector=page.selector(form.element),
                zone=form.zone,
            )
        yield from super().observe(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """A link to the host on which the site is edited lets in the staff, one to where a content system lets in
        everybody says by its label alone whom; what is registered with words beside it is a thing ("Marriage
        registration"), and who signs up with an e-mail address alone subscribes."""
        value = super().weigh(page, hit, table)
        link, weak = hit.segment.link, hit.term.role == "weak"
        if link is not None and (_may_let_in_staff if weak else _lets_in_staff)(page, link.url):
            return min(value, 0.3)
        return min(value, 0.3) if weak and (_signs_up(hit) or (hit.extra > 0 and _is_act(page, hit))) else value

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address that ends in the word for logging in leads there, whatever stands before it; on another host it is
        the door of a system that the label names, unless the label speaks of what is done online."""
        link = hit.segment.link
        value = super().weigh_url(page, hit, table)
        if link is None or _may_let_in_staff(page, link.url):
            return min(value, 0.3)
        if link.label and host_of(link.url) != host_of(page.url) and not _is_done_online(page, link.label):
            return min(value, 0.45)
        start, end = hit.span()
        ends = not hit.segment.text[end:].strip("/") and hit.segment.text[:start].endswith("/")
        return max(value, 0.55) if ends else value


_BESIDE_LOGIN = 0.55


class OwnDataDetector(TopicDetector):
    """A topic that is something to do with one's own data: a question or a guide about it ("How do I see my data?") is
    not the way to it. What the text beside a login says can be done behind it, can be done."""

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where the label only tells of it; running text counts beside a login."""
        value = super().weigh(page, hit, table)
        if hit.segment.kind == "text" and hit.term.role == "strong" and any(f.has("password") for f in page.forms):
            return max(value, _BESIDE_LOGIN)
        return min(value, 0.3) if tells_of_service(page, hit) else value


class ViewOwnData(OwnDataDetector):
    """Users can see their own data held by the government: "view my account", "my file", "my taxes". Behind a login a
    crawler sees the entry alone."""

    name = "view-own-data"
    version = "2"
    features = ("account.view_own_data",)


class EditOwnData(OwnDataDetector):
    """Users can change a part of their own data: "update my details", "my profile"."""

    name = "edit-own-data"
    version = "2"
    features = ("account.edit_own_data",)


DETECTORS = (Authentication, ViewOwnData, EditOwnData)
