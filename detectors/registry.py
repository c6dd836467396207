"""The detectors at hand, loaded from the entry-point group `losi.detectors`; built-ins take the same road as
plug-ins. Those of an extension's features are made of its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from inspect import isclass

from detectors.base import Detector, PageDetector, PortalDetector
from detectors.own import own_detectors

GROUP = "losi.detectors"
_OWN = "detectors.builtin."


@dataclass(frozen=True, slots=True)
class Registry:
    """Detectors sorted by name. `problems` names what could not be loaded, and why."""

    page: tuple[PageDetector, ...]
    portal: tuple[PortalDetector, ...]
    problems: tuple[str, ...] = field(default=())
    _by_feature: Mapping[str, tuple[Detector, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Detector]] = {}
        for detector in self.all:
            for feature in dict.fromkeys(detector.features):
                found.setdefault(feature, []).append(detector)
        by_feature = {feature: tuple(detectors) for feature, detectors in found.items()}
        object.__setattr__(self, "_by_feature", by_feature)

    @property
    def all(self) -> tuple[Detector, ...]:
        """Page and portal detectors together."""
        return (*self.page, *self.portal)

    def of_feature(self, feature: str) -> tuple[Detector, ...]:
        """The detectors that can see the feature."""
        return self._by_feature.get(feature, ())

    def only(self, names: Iterable[str]) -> Registry:
        """The named detectors alone. Raises LookupError naming the unknown ones."""
        wanted = set(names)
        unknown = wanted - {detector.name for detector in self.all}
        if unknown:
            raise LookupError(f"no such detector: {', '.join(sorted(unknown))}")
        return Registry(
            tuple(d for d in self.page if d.name in wanted),
            tuple(d for d in self.portal if d.name in wanted),
            self.problems,
        )


def load(points: Iterable[EntryPoint] | None = None) -> Registry:
    """Every detector of the entry points, built-ins first, so that none can take their names, and those of the
    extension's features. An entry point with a fault in any of its detectors is named in `problems`, with what mends
    it, and skipped as a whole."""
    found: dict[str, Detector] = {}
    problems: list[str] = []
    given = entry_points(group=GROUP) if points is None else points
    for point in sorted(given, key=lambda point: (not point.value.startswith(_OWN), point.name)):
        try:
            found.update(_new(_detectors(point.load()), found))
        except Exception as error:
            problems.append(f"detector plug-in {point.name} ({point.value}) skipped: {error}; {_mend(point)}")
    flagged = {feature for detector in found.values() for feature in detector.features}
    found.update(_new(own_detectors(flagged), found))
    detectors = [found[name] for name in sorted(found)]
    return Registry(
        tuple(d for d in detectors if isinstance(d, PageDetector)),
        tuple(d for d in detectors if isinstance(d, PortalDetector)),
        tuple(problems),
    )


def _mend(point: EntryPoint) -> str:
    if point.dist is None:
        return "mend it where it is defined"
    name = point.dist.name
    return f"install a mended version of {name}, or remove it: pip uninstall {name}"


def _new(detectors: Iterable[Detector], found: Mapping[str, Detector]) -> dict[str, Detector]:
    """The detectors by name. Raises ValueError if a name is taken."""
    new: dict[str, Detector] = {}
    for detector in detectors:
        if detector.name in found or detector.name in new:
            raise ValueError(f"the name {detector.name!r} is taken")
        new[detector.name] = detector
    return new


def _detectors(loaded: object) -> list[Detector]:
    """What an entry point may name: a detector class, or an iterable of detector classes."""
    if isclass(loaded):
        return [_checked(loaded)]
    if not isinstance(loaded, Iterable):
        raise TypeError(f"{loaded!r} is neither a detector class nor an iterable of them")
    return [_checked(cls) for cls in loaded]


def _checked(cls: object) -> Detector:
    if not (isclass(cls) and issubclass(cls, Detector)):
        raise TypeError(f"{cls!r} is no detector class")
    if not issubclass(cls, (PageDetector, PortalDetector)):
        raise TypeError(f"{cls.__name__} is neither a PageDetector nor a PortalDetector")
    for name in ("name", "features"):
        if not getattr(cls, name, None):
            raise TypeError(f"{cls.__name__} declares no `{name}`")
    if not (isinstance(cls.features, tuple) and all(isinstance(feature, str) for feature in cls.features)):
        raise TypeError(f"{cls.__name__}: `features` must be a tuple of strings, not {cls.features!r}")
    return cls()
