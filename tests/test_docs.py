"""The documentation holds: its code runs, its links lead somewhere, every detector is described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detectors.inspector import Inspector

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
_CODE = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_the_tutorial_runs() -> None:
    code = "\n".join(_CODE.findall((ROOT / "docs" / "write-a-detector.md").read_text(encoding="utf-8")))
    assert "assert" in code
    exec(compile(code, "write-a-detector.md", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_detector_says_what_counts_as_proof() -> None:
    for detector in Inspector.default().detectors.all:
        assert len((type(detector).__doc__ or "").split()) >= 5, detector.name
