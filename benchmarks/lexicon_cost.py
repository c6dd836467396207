"""Reads English pages with so many lexicons loaded, nothing fetched or stored; prints the milliseconds a page as JSON.

python -m benchmarks.lexicon_cost LEXICONS PAGES ROUNDS
"""

from __future__ import annotations

import json
import sys
from statistics import median
from time import process_time

from benchmarks.generated_site import generated_page, path_of
from detectors import lexicon_set, registry
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.promise import promises


def loaded(count: int) -> LexiconSet:
    """The English lexicon and the first others by name, so many in all, ready to read with.

    Raises ValueError if there are fewer.
    """
    bundled = lexicon_set.bundled()
    names = sorted(bundled.languages, key=lambda name: (name != "en", name))[:count]
    if len(names) < count:
        raise ValueError(f"there are only {len(names)} lexicons")
    return LexiconSet({name: one for name in names if (one := bundled.get(name)) is not None})


def measure(inspector: Inspector, bodies: list[tuple[str, bytes]]) -> float:
    """Milliseconds of processor time a page, from the body to observations and promises."""
    begun = process_time()
    for path, body in bodies:
        page = inspector.page(f"https://villa.example{path}", body, content_type="text/html")
        inspector.inspect(page)
        promises(page)
    return (process_time() - begun) * 1000 / len(bodies)


def english(pages: int, rounds: int) -> list[list[tuple[str, bytes]]]:
    """Other English pages of one site in each round."""
    total = pages * rounds * 3
    bodies = [(path_of(number), generated_page(number, total).encode()) for number in range(2, total, 3)]
    return [bodies[at : at + pages] for at in range(0, len(bodies), pages)]


def main() -> None:
    """The median of the rounds; a first one is not counted."""
    count, pages, rounds = map(int, sys.argv[1:])
    inspector = Inspector(registry.load(), loaded(count))
    spent = [measure(inspector, bodies) for bodies in english(pages, rounds + 1)]
    print(json.dumps({"ms": median(spent[1:])}))


if __name__ == "__main__":
    main()
