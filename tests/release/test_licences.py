"""Licences: expressions read as SPDX means them, metadata that settle nothing, the closure, the page, the SBOM."""

from __future__ import annotations

import json
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from scripts.release import licences
from scripts.release.closure import Package, asked, closure, project
from scripts.release.metadata import says, stated
from scripts.release.spdx import canonical, taken

FREE = frozenset(["MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"])


def installed(folder: Path, name: str, *lines: str) -> Package:
    """A package whose metadata hold the lines, installed in the folder."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("\n".join(("Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines, "")))
    return Package(name, Distribution.at(info), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("expression", "reading"),
    [
        ("MIT", "MIT"),
        ("GPL-3.0-only", None),
        ("GPL-3.0-only OR MIT", "MIT"),
        ("MIT OR Apache-2.0", "MIT"),
        ("MIT AND Apache-2.0", "MIT AND Apache-2.0"),
        ("MIT AND GPL-3.0-only", None),
        ("GPL-3.0-only AND MIT OR Apache-2.0", "Apache-2.0"),
        ("GPL-3.0-only AND (MIT OR Apache-2.0)", None),
        ("(GPL-3.0-only OR MIT) AND Apache-2.0", "MIT AND Apache-2.0"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("GPL-2.0-only", None),
    ],
)
def test_an_expression_is_read_as_spdx_means_it(expression: str, reading: str | None) -> None:
    assert taken(expression, FREE) == reading


def test_only_spdx_is_spdx() -> None:
    assert canonical("mit or apache-2.0") == "MIT OR Apache-2.0"
    assert canonical("a licence of our own") is None


@pytest.mark.parametrize(
    ("lines", "expression"),
    [
        (["License-Expression: mit", "License: GPL"], "MIT"),
        (["License: Apache License, Version 2.0"], "Apache-2.0"),
        (["License: MIT", "Classifier: License :: OSI Approved :: MIT License"], "MIT"),
        (["Classifier: License :: OSI Approved :: MIT License"], "MIT"),
        (["License: BSD-3-Clause", "Classifier: License :: OSI Approved :: BSD License"], "BSD-3-Clause"),
        (["License: MIT", "Classifier: License :: OSI Approved :: Apache Software License"], None),
        (["License: MIT", "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], None),
        (["Classifier: License :: OSI Approved :: BSD License"], None),
        (["License: as you like"], None),
        ([], None),
    ],
)
def test_metadata_give_one_licence_or_none(tmp_path: Path, lines: list[str], expression: str | None) -> None:
    assert stated(installed(tmp_path, "some-package", *lines).distribution) == expression


def test_a_licence_that_is_not_allowed_is_a_fault(tmp_path: Path) -> None:
    judged = licences.judge(installed(tmp_path, "some-package", "License-Expression: GPL-3.0-only"))
    assert judged.fault == "some-package: GPL-3.0-only is not allowed here"


def test_metadata_that_changed_after_a_decision_are_a_fault(tmp_path: Path) -> None:
    judged = licences.judge(installed(tmp_path, "jinja2", "License: Something else"))
    assert judged.fault == "jinja2: its metadata now say 'license: Something else'; look at the licence again"


def test_an_exception_holds_for_its_extra_alone(tmp_path: Path) -> None:
    core = installed(tmp_path, "psycopg", "License-Expression: LGPL-3.0-only")
    extra = Package(core.name, core.distribution, core.requires, frozenset(["postgresql"]))
    both = Package(core.name, core.distribution, core.requires, frozenset(["postgresql", "parquet"]))
    assert not licences.judge(extra).fault
    assert licences.judge(core).fault == "psycopg: LGPL-3.0-only is not allowed here"
    assert licences.judge(both).fault


def test_entries_that_no_package_needs_are_named(tmp_path: Path) -> None:
    found = licences.faults([licences.judge(installed(tmp_path, "some-package", "License: MIT"))])
    assert "licences.toml: [decided] jinja2 is not needed any more" in found
    assert "licences.toml: [carried] lxml is not needed any more" in found


def test_a_licence_written_out_is_told_in_short(tmp_path: Path) -> None:
    assert says(installed(tmp_path, "some-package", f"License: {'All may use it. ' * 20}").distribution) == (
        "license: its whole text"
    )


def test_the_closure_follows_requirements_extras_and_markers(tmp_path: Path) -> None:
    installed(tmp_path, "a", "Requires-Dist: b[fast]", "Requires-Dist: never; python_version < '3'")
    installed(
        tmp_path, "b", "Requires-Dist: c; extra == 'fast'", "Requires-Dist: d; extra == 'slow'", "Requires-Dist: a"
    )
    installed(tmp_path, "c")
    installed(tmp_path, "d", "Requires-Dist: c")
    groups = {"": [Requirement("A")], "more": [Requirement("d"), Requirement("b")]}
    found = closure(groups, [str(tmp_path)])
    assert {name: (set(each.requires), set(each.extras)) for name, each in found.items()} == {
        "a": ({"b"}, set()),
        "b": ({"a", "c"}, set()),
        "c": (set(), set()),
        "d": ({"c"}, {"more"}),
    }
    with pytest.raises(LookupError, match="not installed here: e, f"):
        closure({"": [Requirement("e"), Requirement("f"), Requirement("c")]}, [str(tmp_path)])


def test_every_package_that_the_product_needs_is_under_an_allowed_licence() -> None:
    judged = licences.judge_all(closure(asked(project())).values())
    assert [each.fault for each in judged if each.fault] == []


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the page tells what Python 3.11 needs")
def test_the_page_is_what_the_packages_say() -> None:
    judged = licences.judge_all(closure(asked(project())).values())
    assert licences.faults(judged) == []
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(judged)


def test_the_sbom_is_valid_and_whole(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is not installed here")
    from scripts.release import sbom

    report = tmp_path / "report.json"
    url = "https://host.example/secret/Jinja2-3.1%2Blocal-py3-none-any.whl"
    information = {"url": url, "archive_info": {"hashes": {"sha256": "ab" * 32}}}
    report.write_text(json.dumps({"install": [{"metadata": {"name": "Jinja2"}, "download_info": information}]}))
    needed = closure(asked(project()))
    text = sbom.bill(project(), needed, sbom.files_of(report), 1_700_000_000)
    assert text == sbom.bill(project(), needed, sbom.files_of(report), 1_700_000_000)
    assert "host.example" not in text
    told = json.loads(text)
    parts = {part["name"]: part for part in told["components"]}
    assert {name: part["version"] for name, part in parts.items()} == {n: p.version for n, p in needed.items()}
    assert all(part["licenses"] for part in parts.values())
    assert parts["jinja2"]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert parts["jinja2"]["properties"] == [{"name": "losi-scout:file", "value": "Jinja2-3.1+local-py3-none-any.whl"}]
    assert (parts["psycopg"]["scope"], parts["scrapy"]["scope"]) == ("optional", "required")
    edges = {entry["ref"]: entry.get("dependsOn", []) for entry in told["dependencies"]}
    assert f"scrapy=={needed['scrapy'].version}" in edges["losi-scout"]
    assert f"twisted=={needed['twisted'].version}" in edges[f"scrapy=={needed['scrapy'].version}"]
    assert told["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    assert text != sbom.bill(project(), needed, sbom.files_of(report), 1_700_000_001)
    wheels = (sbom.File("losi_scout-0.1.0-py3-none-any.whl", digest * 32) for digest in ("ab", "cd"))
    bills = [sbom.bill(project(), needed, {"losi-scout": wheel}, 1_700_000_000) for wheel in wheels]
    assert len({json.loads(bill)["serialNumber"] for bill in bills}) == 2
