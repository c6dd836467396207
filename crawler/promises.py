"""What links promise of the addresses that they lead to, whatever each of them is called where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Promise = tuple[tuple[str, float], ...]


class Promises:
    """By address (the hash of its canonical URL) and feature, the highest promise of any link to it."""

    def __init__(self) -> None:
        self._best: dict[int, dict[str, float]] = {}
        self._heard: set[int] = set()

    def heard(self, url: str, features: Promise, label: str) -> bool:
        """Whether the same link was heard of before; a link that promises nothing need not be."""
        return not features or hash((url, features, label)) in self._heard

    def hear(self, url: str, features: Promise, label: str) -> None:
        """Takes that a link was heard of."""
        if features:
            self._heard.add(hash((url, features, label)))

    def add(self, key: int, features: Promise) -> bool:
        """Takes what a link promises of an address; whether it is more than was promised before."""
        if not features:
            return False
        best = self._best.setdefault(key, {})
        more = {feature: weight for feature, weight in features if weight > best.get(feature, 0.0)}
        best.update(more)
        return bool(more)

    def of(self, key: int, features: Promise = ()) -> Promise:
        """All that was promised of an address, and these features, each at its highest."""
        best = self._best.get(key)
        if best is None or best == dict(features):
            return features
        merged = dict(best)
        for feature, weight in features:
            merged[feature] = max(weight, merged.get(feature, 0.0))
        return features if merged == dict(features) else tuple(merged.items())

    def __iter__(self) -> Iterator[tuple[int, dict[str, float]]]:
        return iter(self._best.items())
