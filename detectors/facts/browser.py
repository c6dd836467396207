"""What a browser measured on a portal's pages. Nothing here was measured where a tuple is empty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offender:
    """An element that breaks a rule: a CSS selector, its text, and by how much (`size`, in words)."""

    selector: str
    text: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class PhoneMeasures:
    """A page on a phone's screen (`width` x `height` CSS px, touch). Lengths in CSS px, text in characters.

    `layout_width` is the width the page was laid out for; `overflow` how far it can be scrolled sideways; `cut` the
    characters of text that are cut off at the right edge; `small` those under 12 px as they are seen; `targets` the
    links and controls; `missed` those under 24x24 px that no exception of WCAG 2.2, 2.5.8 covers; `tight` those under
    48 px in width or height.
    """

    url: str
    width: int
    height: int
    viewport: str
    layout_width: int
    overflow: int = 0
    widest: tuple[Offender, ...] = ()
    characters: int = 0
    cut: int = 0
    cut_first: tuple[Offender, ...] = ()
    small: int = 0
    small_first: tuple[Offender, ...] = ()
    targets: int = 0
    missed: int = 0
    missed_first: tuple[Offender, ...] = ()
    tight: int = 0
    zoom: bool = True
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of axe-core that fails. `impact`: critical, serious, moderate or minor; `criteria` as `1.4.3`."""

    rule: str
    impact: str
    criteria: tuple[str, ...]
    help: str
    help_url: str
    nodes: int
    first: tuple[Offender, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessibilityMeasures:
    """What an automatic checker (`tool`, `version`) found on one page against the rules tagged `tags`.

    `incomplete` counts the rules it could not decide, `passes` those that held.
    """

    url: str
    tool: str
    version: str
    tags: tuple[str, ...]
    violations: tuple[Violation, ...] = ()
    incomplete: int = 0
    passes: int = 0
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """Requests and bytes on the wire of one type of resource; `None` bytes: not told."""

    type: str
    requests: int
    bytes: int


@dataclass(frozen=True, slots=True)
class LoadMeasures:
    """Weight and times of one page. Times in ms since the start of navigation; None: not told.

    `blocked` counts requests that the crawler itself refused (images, media), so that the weight is a lower bound;
    `replayed` says that the page came from an archive, so that the times say nothing of the portal.
    """

    url: str
    requests: int
    bytes: int
    weights: tuple[Weight, ...] = ()
    first_byte: float | None = None
    dom_ready: float | None = None
    loaded: float | None = None
    largest_paint: float | None = None
    blocked: int = 0
    failed: int = 0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class EngineMeasures:
    """How one browser engine shows a page. `shared` is the share of the words of all engines that this one shows too
    (None: no other engine was there to compare with)."""

    url: str
    engine: str
    version: str
    characters: int
    links: int
    errors: tuple[str, ...] = ()
    shared: float | None = None
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class MixedContent:
    """What a page served over HTTPS loads by plain HTTP. `active` (scripts, styles, frames) is blocked by browsers,
    `passive` (pictures, sound, film) upgraded or warned of, `forms` send what is entered in clear. Absolute URLs.

    Source: W3C Mixed Content, sections 3 and 4; `upgraded` says that the page asks for all to be upgraded
    (`upgrade-insecure-requests`).
    """

    url: str
    active: tuple[str, ...] = ()
    passive: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    upgraded: bool = False


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """What a browser saw; `engine` names it (empty: no browser was used)."""

    engine: str = ""
    version: str = ""
    phone: tuple[PhoneMeasures, ...] = ()
    accessibility: tuple[AccessibilityMeasures, ...] = ()
    load: tuple[LoadMeasures, ...] = ()
    engines: tuple[EngineMeasures, ...] = ()
    mixed: tuple[MixedContent, ...] = ()
