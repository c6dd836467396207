"""All contestants, by key, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.contestants import crawlee_js, crawlee_python, losi_scout, mirrors, scrapy_spiders
from benchmarks.contestants.contestant import AbsentError, Contestant

OURS = "losi"
BARE = "bare"
_FAMILIES = (losi_scout, scrapy_spiders, crawlee_python, crawlee_js, mirrors)
ENTRANTS = {one.key: one for family in _FAMILIES for one in family.CONTESTANTS}


def able(keys: Iterable[str]) -> tuple[list[Contestant], dict[str, str]]:
    """Those of the keys that can run here, made ready; and why the others cannot, by key."""
    there, absent = [], {}
    for key in keys:
        try:
            ENTRANTS[key].prepare()
        except AbsentError as error:
            absent[key] = str(error)
        else:
            there.append(ENTRANTS[key])
    return there, absent
