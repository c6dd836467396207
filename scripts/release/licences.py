"""The licence of every package that the product needs, checked against those allowed; the page that tells them.

python -m scripts.release.licences [--check]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.release.closure import ROOT, Package, asked, closure, project
from scripts.release.metadata import known, says, stated
from scripts.release.spdx import taken

PAGE = ROOT / "docs" / "reference" / "licences.md"
NOTE = "<!-- Written by scripts/release/licences.py; do not edit. -->\n\n"


@dataclass(frozen=True, slots=True)
class Judged:
    """A package with the SPDX expression of its licence, what is taken of it (None: nothing allowed), and its fault."""

    package: Package
    expression: str
    taken: str | None
    fault: str


def main() -> int:
    """Writes the page, or with `--check` only compares it; prints every fault; exit 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of date")
    chosen = parser.parse_args()
    judged = judge_all(closure(asked(project())).values())
    found, text = faults(judged), page(judged)
    if not chosen.check:
        PAGE.write_text(text, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != text:
        found.append("docs/reference/licences.md is out of date: run python -m scripts.release.licences")
    print("\n".join(found) or f"{len(judged)} packages, all under allowed licences")
    return 1 if found else 0


def judge_all(packages: Iterable[Package]) -> list[Judged]:
    """Every package judged, in the given order."""
    return [judge(package) for package in packages]


def judge(package: Package) -> Judged:
    """What licence a package has and whether it may be used."""
    said, decided = says(package.distribution), known()["decided"].get(package.name)
    if decided and decided["says"] != said:
        return Judged(package, "", None, f"{package.name}: its metadata now say '{said}'; look at the licence again")
    expression = decided["licence"] if decided else stated(package.distribution)
    if expression is None:
        return Judged(package, "", None, f"{package.name}: its metadata do not settle the licence: {said}")
    found = taken(expression, allowed(package))
    fault = "" if found else f"{package.name}: {expression} is not allowed here"
    return Judged(package, expression, found, fault)


def allowed(package: Package) -> frozenset[str]:
    """The licences that this package may have: those of all, and its exception while only that extra brings it."""
    exception = known()["exceptions"].get(package.name)
    apart = exception and package.extras == {exception["extra"]}
    return frozenset(known()["allowed"]) | ({exception["licence"]} if apart else set())


def faults(judged: Iterable[Judged]) -> list[str]:
    """What is wrong: licences not allowed or not settled, and entries of licences.toml that no package needs."""
    found = {each.package.name: each for each in judged}
    wrong = [each.fault for each in found.values() if each.fault]
    tables = {"decided": known()["decided"], "exceptions": known()["exceptions"]}
    tables["carried"] = {each["package"]: each for each in known()["carried"]}
    wrong += [
        f"licences.toml: [{table}] {name} is not needed any more"
        for table, entries in tables.items()
        for name in entries
        if name not in found
    ]
    return wrong


def page(judged: Iterable[Judged]) -> str:
    """The text of docs/reference/licences.md."""
    judged = list(judged)
    core = [each for each in judged if not each.package.extras]
    parts = [
        f"{NOTE}# Licences\n\nLOSI Scout is under the MIT licence. What it needs to run, in turn, on Linux with Python "
        "3.11; exact versions are in `constraints.txt`. The check that wrote this page runs with the tests: a package "
        "under another licence fails them.",
        f"Allowed: {', '.join(known()['allowed'])}.",
        f"## The product\n\n{len(core)} packages.\n\n{_packages(core)}",
        f"## Its extras\n\n{_packages([each for each in judged if each.package.extras])}",
        "## Decisions\n\nWhere the metadata do not settle it.\n\n" + _decisions(),
        "## What packages carry\n\n" + _carried(),
        "What to do when one passes the product on is in [releasing](../releasing.md#licences).",
    ]
    return "\n\n".join(parts) + "\n"


def _packages(judged: Iterable[Judged]) -> str:
    rows = []
    for each in judged:
        extras = ", ".join(f"`{extra}`" for extra in sorted(each.package.extras))
        own = each.taken if each.taken and each.taken != each.expression else ""
        rows.append((each.package.name, extras, each.expression, own))
    if not any(row[1] for row in rows):
        return _table(("package", "licence", "taken as"), ((name, *rest) for name, _, *rest in rows))
    return _table(("package", "extra", "licence", "taken as"), rows)


def _decisions() -> str:
    rows = ((name, entry["licence"], entry["reason"]) for name, entry in known()["decided"].items())
    return _table(("package", "licence", "because of"), rows)


def _carried() -> str:
    rows = ((entry["package"], entry["what"], entry["licence"], entry["note"]) for entry in known()["carried"])
    return _table(("package", "carries", "licence", "note"), rows)


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    raise SystemExit(main())
