"""What wheel and sdist must hold, and nothing else; every function names the faults that it finds."""

from __future__ import annotations

import tarfile
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from configparser import ConfigParser
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from scripts.release.closure import packages, project

# One file at least of each kind that the product reads at run time.
NEEDED = (
    "crawler/data/*", "detectors/data/*.toml", "detectors/lexicons/*.toml", "losi/data/*", "losi/demo/site.warc.gz",
    "losi/templates/*", "review/locale/*/LC_MESSAGES/*", "review/publish/data/*", "review/publish/templates/*",
    "review/static/*.css", "review/static/*.js", "review/templates/*.html", "storage/migrations/versions/*.py",
    "survey/data/*.csv", "survey/data/questionnaires/*.toml", "losi/py.typed",
)  # fmt: skip


def of_wheel(wheel: Path, root: Path, sources: Collection[str]) -> list[str]:
    """Faults of a wheel built from the tree at `root`, whose files are `sources`."""
    table, folders = project(root), tuple(f"{name}/" for name in packages(root))
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
        info = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/"
        modules = {name for name in held if not name.startswith(info)}
        return [
            *_compared("the wheel", modules, {path for path in sources if path.startswith(folders)}),
            *(f"the wheel holds nothing like {kind}" for kind in NEEDED if not any(fnmatch(x, kind) for x in held)),
            *_record(archive, info, held),
            *_tags(archive.read(f"{info}WHEEL").decode()),
            *_metadata(archive.read(f"{info}METADATA"), table),
            *_licence(info, held, table),
            *_entry_points(archive.read(f"{info}entry_points.txt").decode(), table, modules),
        ]


def of_sdist(sdist: Path, sources: Collection[str]) -> list[str]:
    """Faults of an sdist: every source file is in it, and PKG-INFO, in one folder."""
    top = f"{sdist.name.removesuffix('.tar.gz')}/"
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    odd = [f"the sdist holds {x.name}" for x in members if not x.isfile() or not x.name.startswith(top)]
    held = {member.name.removeprefix(top) for member in members if member.isfile()}
    return odd + list(_compared("the sdist", held, {*sources, "PKG-INFO"}))


def _compared(name: str, held: Collection[str], wanted: Collection[str]) -> Iterator[str]:
    yield from (f"{name} holds {path}, which is no source file" for path in sorted(set(held) - set(wanted)))
    yield from (f"{name} lacks {path}" for path in sorted(set(wanted) - set(held)))


def _record(archive: ZipFile, info: str, held: set[str]) -> Iterator[str]:
    """RECORD names every file with its digest, as installers check it."""
    rows = [line.rsplit(",", 2) for line in archive.read(f"{info}RECORD").decode().splitlines()]
    digests = {path: digest for path, digest, _ in rows if path != f"{info}RECORD"}
    yield from _compared("RECORD", digests, held - {f"{info}RECORD"})
    for path in held & set(digests):
        own = urlsafe_b64encode(sha256(archive.read(path)).digest()).rstrip(b"=").decode()
        if digests[path] != f"sha256={own}":
            yield f"RECORD has another digest of {path}"


def _tags(text: str) -> Iterator[str]:
    for line in ("Root-Is-Purelib: true", "Tag: py3-none-any"):
        if line not in text.splitlines():
            yield f"WHEEL does not say '{line}'"


def _metadata(raw: bytes, table: dict[str, Any]) -> Iterator[str]:
    """The core metadata are valid and say what pyproject.toml says."""
    try:
        found = Metadata.from_email(raw, validate=True)
    except ExceptionGroup as group:
        yield from (f"METADATA: {error}" for error in group.exceptions)
        return
    asked = {Requirement(text) for text in table["dependencies"]}
    core = {each for each in found.requires_dist or [] if "extra" not in str(each.marker or "")}
    said = {
        "Name": (found.name, table["name"]),
        "Version": (str(found.version), table["version"]),
        "Requires-Python": (found.requires_python, SpecifierSet(table["requires-python"])),
        "License-Expression": (found.license_expression, table["license"]),
        "Provides-Extra": (set(found.provides_extra or []), set(table["optional-dependencies"])),
        "Requires-Dist": (core, asked),
    }
    yield from (f"METADATA: {name} is {is_!s}, not {due!s}" for name, (is_, due) in said.items() if is_ != due)
    if not (found.description or "").strip():
        yield "METADATA: no description"


def _licence(info: str, held: set[str], table: dict[str, Any]) -> Iterator[str]:
    for name in table["license-files"]:
        if f"{info}licenses/{name}" not in held:
            yield f"the wheel lacks the licence text {name}"


def _entry_points(text: str, table: dict[str, Any], modules: set[str]) -> Iterator[str]:
    """Commands and plug-ins are those of pyproject.toml, and their modules are there."""
    found = ConfigParser(delimiters=("=",), interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(text)
    wanted = {"console_scripts": table["scripts"], **table["entry-points"]}
    if {section: dict(found[section]) for section in found.sections()} != wanted:
        yield "entry_points.txt does not say what pyproject.toml says"
    for target in (each for section in wanted.values() for each in section.values()):
        path = target.partition(":")[0].replace(".", "/")
        if not {f"{path}.py", f"{path}/__init__.py"} & modules:
            yield f"the wheel lacks the module of the entry point {target}"
