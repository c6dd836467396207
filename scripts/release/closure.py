"""What the product needs at run time, in turn: packages as installed, who asks for them, and through which extras."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
CORE = ""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package of the closure; `extras` are the product's that bring it, empty when the core does."""

    name: str
    distribution: Distribution
    requires: frozenset[str]
    extras: frozenset[str]

    @property
    def version(self) -> str:
        return self.distribution.version


def project(root: Path = ROOT) -> dict[str, Any]:
    """The `[project]` table of pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def packages(root: Path = ROOT) -> list[str]:
    """The product's own packages, which the wheel holds."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = table["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return found


def asked(table: Mapping[str, Any]) -> dict[str, list[Requirement]]:
    """The requirements of the core (`CORE`) and of every extra."""
    groups = {CORE: table["dependencies"], **table.get("optional-dependencies", {})}
    return {name: [Requirement(text) for text in texts] for name, texts in groups.items()}


def closure(groups: Mapping[str, Iterable[Requirement]], path: list[str] | None = None) -> dict[str, Package]:
    """All packages that the groups need in turn, by name; `path` is where they are installed, else this environment.

    Raises LookupError with the names of those that are not installed.
    """
    installed: dict[str, Distribution] = {}
    for each in distributions() if path is None else distributions(path=path):
        installed.setdefault(canonicalize_name(each.name), each)
    edges = {name: reached(requirements, installed) for name, requirements in groups.items()}
    core = edges.get(CORE, {})
    found: dict[str, Package] = {}
    for name in sorted(set().union(*edges.values())):
        extras = frozenset() if name in core else frozenset(group for group, met in edges.items() if name in met)
        requires = frozenset[str]().union(*(met[name] for met in edges.values() if name in met))
        found[name] = Package(name, installed[name], requires, extras)
    return found


def reached(requirements: Iterable[Requirement], installed: Mapping[str, Distribution]) -> dict[str, frozenset[str]]:
    """Every package that the requirements need in turn, with the names that it asks for itself."""
    edges: dict[str, set[str]] = {}
    missing: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [("", "", requirement) for requirement in requirements]
    while waiting:
        parent, extra, requirement = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        edges.setdefault(parent, set()).add(name)
        if name not in installed:
            missing.add(name)
            continue
        edges.setdefault(name, set())
        wanted = {("", name), *((each, name) for each in requirement.extras)} - seen
        seen |= wanted
        waiting.extend((name, each, Requirement(text)) for each, _ in wanted for text in installed[name].requires or [])
    if missing:
        raise LookupError(f"not installed here: {', '.join(sorted(missing))}")
    edges.pop("", None)
    return {name: frozenset(needed) for name, needed in edges.items()}
