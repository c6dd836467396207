"""Questions are marked with the language they are written in, by which screen readers choose a voice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.review.browsing import log_in
from tests.review.conftest import Client, World

TITLE, MEANING = "Ώρες των κολυμβητηρίων", "Λέγονται οι ώρες"
QUESTIONS = f"""edition = "towns-2026"
title = "Towns"
year = 2026
kind = "city"
criteria = ["leisure"]
source = "Decree 12"
%s
[[indicator]]
code = "1"
criterion = "leisure"
title = "{TITLE}"
counts_as_yes = "{MEANING}"
features = ["contact.details"]
"""


@pytest.mark.parametrize(("line", "tongue"), [('language = "el"', "el"), ("", "")])
def test_every_page_tells_the_language_of_its_questions(
    line: str, tongue: str, small: World, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "extension" / "questionnaires" / "towns-2026.toml"
    place.parent.mkdir(parents=True)
    place.write_text(QUESTIONS % line, encoding="utf-8")
    monkeypatch.setenv("LOSI_EXTENSION", str(tmp_path / "extension"))
    monkeypatch.setattr("tests.review.conftest.EDITION", "towns-2026")
    small.run(said={"contact.details": "present"})
    small.assign(small.person("Ana"), *small.open())
    small.person("Sue", "supervisor")
    ana, sue = client(small), client(small)
    log_in(ana, "Ana")
    log_in(sue, "Sue")
    for browser, page in (
        (ana, "/desk"),
        (ana, "/cards/1"),
        (sue, "/sheets/1"),
        (sue, "/disputes/1"),
        (sue, "/portals/1"),
    ):
        text = browser.get(page).text
        assert {TITLE: tongue}.items() <= _tongues(text).items(), page
        assert _tongues(text).get(MEANING, tongue) == tongue


def _tongues(page: str) -> dict[str, str]:
    """The texts of a page that say their language."""
    return {text: tongue for tongue, text in re.findall(r'lang="([\w-]*)" dir="auto"[^>]*>([^<]*)<', page)}
