"""How far two people agree beyond chance: percent, Cohen's kappa, Gwet's AC1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Agreement over `n` questions answered by two; None where a figure is not defined (nothing, or no variation)."""

    n: int
    percent: float | None
    kappa: float | None
    ac1: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with Wilson's 95 % interval (1927)."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The share, 0..1."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound, 0..1."""
        return wilson(self.hits, self.n)


def figures(pairs: Sequence[Pair]) -> Figures:
    """The agreement of two raters; answers beyond yes and no make categories of their own."""
    n = len(pairs)
    if not n:
        return Figures(0, None, None, None)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    known = {"yes", "no", *first, *second}
    agreed = sum(a == b for a, b in pairs) / n
    return Figures(
        n,
        100 * agreed,
        _beyond(agreed, sum(first[c] / n * second[c] / n for c in known)),
        _beyond(agreed, _gwet(n, first, second, known)),
    )


def _beyond(agreed: float, chance: float) -> float | None:
    """(pa - pe) / (1 - pe)."""
    return None if chance >= 1 - 1e-12 else (agreed - chance) / (1 - chance)


def _gwet(n: int, first: Counter[str], second: Counter[str], known: set[str]) -> float:
    """Chance agreement after Gwet (2008), 'Computing inter-rater reliability and its variance', eq. 8."""
    shares = [(first[c] + second[c]) / (2 * n) for c in known]
    return sum(share * (1 - share) for share in shares) / (len(known) - 1)


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share; all of 0..1 where there is nothing to count."""
    if not n:
        return (0.0, 1.0)
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (max(0.0, centre - half), min(1.0, centre + half))


def difference(one: Share, other: Share) -> tuple[float, float] | None:
    """The 95 % interval of `one` minus `other` (Newcombe 1998, method 10); None if either counts nothing."""
    p, q = one.value, other.value
    if p is None or q is None:
        return None
    (a, b), (c, d) = one.interval, other.interval
    low = p - q - sqrt((p - a) ** 2 + (d - q) ** 2)
    high = p - q + sqrt((b - p) ** 2 + (q - c) ** 2)
    return (low, high)
