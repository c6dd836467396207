"""What reading a page costs: milliseconds a step, and the ratio to parsing the same page once with lxml.

    python -m benchmarks.detectors [--rounds 5] [--json FILE]

The pages are those of the generated site (45 KB each), others in each round, the first round not counted; nothing is
fetched or stored. As in a crawl, no garbage is collected while a page is read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import lxml.html

from benchmarks.generated_site import path_of, write_site
from crawler.garbage import paused
from detectors.inspector import Inspector
from detectors.page import Page
from detectors.promise import promises

PAGES = 60
_Step = Callable[[Inspector, Page], object]
_STEPS: dict[str, _Step] = {
    "decode": lambda _, page: page.html,
    "parse": lambda _, page: page.tree,
    "outline": lambda _, page: page.outline,
    "language": lambda _, page: page.languages,
    "terms": lambda _, page: page.hits,
    "detectors": lambda inspector, page: inspector.inspect(page),
    "promises": lambda _, page: promises(page),
    "lxml alone": lambda _, page: lxml.html.document_fromstring(page.body),
}


def measure(bodies: list[bytes], inspector: Inspector) -> dict[str, float]:
    """Milliseconds a page of each step, in one round over all pages."""
    spent = dict.fromkeys(_STEPS, 0.0)
    for number, body in enumerate(bodies):
        page = inspector.page(f"https://villa.example{path_of(number)}", body, content_type="text/html")
        for name, step in _STEPS.items():
            begun = process_time()
            step(inspector, page)
            spent[name] += process_time() - begun
    return {name: seconds * 1000 / len(bodies) for name, seconds in spent.items()}


def main() -> None:
    """Measures and prints the medians of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        number = PAGES * (options.rounds + 1)
        write_site(Path(folder), number)
        bodies = [(Path(folder) / path_of(each).lstrip("/")).read_bytes() for each in range(number)]
    inspector = Inspector.default()
    with paused(inspector.lexicons):
        rounds = [measure(bodies[at : at + PAGES], inspector) for at in range(0, number, PAGES)][1:]
    result = {name: round(median(each[name] for each in rounds), 3) for name in rounds[0]}
    alone = result.pop("lxml alone")
    total = sum(result.values())
    for name, value in (*result.items(), ("together", total), ("lxml alone", alone)):
        print(f"{name:<12}{value:8.2f} ms")
    print(f"{total / alone:.1f} times parsing the page once with lxml")
    if options.json:
        options.json.write_text(json.dumps({**result, "together": total, "lxml": alone, "ratio": total / alone}))


if __name__ == "__main__":
    main()
