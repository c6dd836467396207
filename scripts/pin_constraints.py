"""Prints exact pins for everything that the product and its development need, as installed in this environment.

Run it after dependencies changed, in a fresh environment of the oldest Python that must work (Debian 12's 3.11.2):
`python scripts/pin_constraints.py > constraints.txt`.
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
INSTALLERS = ("pip", "setuptools", "hatchling", "editables", "packaging")


def main() -> int:
    """Print the pins; exit 1 and name what is missing when the environment lacks a dependency."""
    pins, missing = closure(declared(tomllib.loads(PROJECT.read_text(encoding="utf-8"))))
    if missing:
        print(f"not installed here: {', '.join(sorted(missing))}; run `make setup` first", file=sys.stderr)
        return 1
    print("# Exact versions of all dependencies. Written by scripts/pin_constraints.py; do not edit.")
    for name, version in sorted(pins.items()):
        print(f"{name}=={version}")
    return 0


def declared(project: dict[str, Any]) -> list[Requirement]:
    """All requirements that pyproject.toml names: runtime, extras, development, and what installs the project."""
    metadata = project["project"]
    texts = [*metadata["dependencies"], *project["build-system"]["requires"], *INSTALLERS]
    for group in (*metadata.get("optional-dependencies", {}).values(), *project["dependency-groups"].values()):
        texts.extend(group)
    return [Requirement(text) for text in texts]


def closure(requirements: list[Requirement]) -> tuple[dict[str, str], set[str]]:
    """The installed version of every requirement and of what it requires in turn; and the names not installed."""
    pins: dict[str, str] = {}
    missing: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        try:
            pins[name] = distribution(name).version
        except PackageNotFoundError:
            missing.add(name)
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting.extend((Requirement(text), wanted) for text in distribution(name).requires or [])
    return pins, missing


if __name__ == "__main__":
    raise SystemExit(main())
