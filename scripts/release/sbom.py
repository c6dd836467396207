"""A software bill of materials, CycloneDX 1.6 in JSON, of the product and all that it needs; valid against its schema.

Names, exact versions, licences as licences.toml decides them, digests of the installed files, and who needs whom.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from scripts.release.closure import Package, asked
from scripts.release.licences import judge


@dataclass(frozen=True, slots=True)
class File:
    """A file that is installed: its name and its SHA-256 in hex."""

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> File:
        """The file at the path."""
        return cls(path.name, sha256(path.read_bytes()).hexdigest())


def files_of(report: Path) -> dict[str, File]:
    """The files that pip installed, by package, from what it wrote with `--report`; their origin is left out."""
    found = {}
    for entry in json.loads(report.read_text(encoding="utf-8"))["install"]:
        digest = entry["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest:
            name = unquote(entry["download_info"]["url"].rpartition("/")[2])
            found[str(canonicalize_name(entry["metadata"]["name"]))] = File(name, digest)
    return found


def bill(table: Mapping[str, Any], packages: Mapping[str, Package], files: Mapping[str, File], epoch: int) -> str:
    """The SBOM's text, the same for the same contents.

    `table` is `[project]` of pyproject.toml, `epoch` the time of the release in seconds. Packages that only an extra
    brings are optional. Raises ValueError when the schema does not accept the text.
    """
    parts = {name: _part(package, files.get(name)) for name, package in packages.items()}
    root = Component(
        name=table["name"],
        version=table["version"],
        type=ComponentType.APPLICATION,
        bom_ref=table["name"],
        description=table["description"],
        licenses=[LicenseExpression(table["license"])],
        hashes=_hashes(files.get(table["name"])),
        properties=_properties(files.get(table["name"]), frozenset()),
    )
    bom = Bom(components=parts.values())
    bom.metadata.component, bom.metadata.timestamp = root, datetime.fromtimestamp(epoch, UTC)
    direct = {canonicalize_name(each.name) for group in asked(table).values() for each in group}
    bom.register_dependency(root, [part for name, part in parts.items() if name in direct])
    for name, package in packages.items():
        bom.register_dependency(parts[name], [parts[needed] for needed in sorted(package.requires)])
    bom.serial_number = _serial([root, *bom.components], epoch)
    text: str = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the SBOM is not valid: {error}")
    return text


def _part(package: Package, file: File | None) -> Component:
    judged = judge(package)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{package.name}=={package.version}",
        scope=ComponentScope.OPTIONAL if package.extras else ComponentScope.REQUIRED,
        licenses=[LicenseExpression(judged.expression)] if judged.expression else [],
        purl=PackageURL("pypi", None, package.name, package.version),
        hashes=_hashes(file),
        properties=_properties(file, package.extras),
    )


def _serial(parts: Iterable[Component], epoch: int) -> UUID:
    """A number that stands for the contents: another file or another time gives another one."""
    files = sorted(f"{x.bom_ref} {[str(h.content) for h in x.hashes]}" for x in parts)
    return uuid5(NAMESPACE_URL, "\n".join((str(epoch), *files)))


def _hashes(file: File | None) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)] if file else []


def _properties(file: File | None, extras: frozenset[str]) -> list[Property]:
    named = [Property(name="losi-scout:file", value=file.name)] if file else []
    return named + [Property(name="losi-scout:extra", value=extra) for extra in sorted(extras)]
