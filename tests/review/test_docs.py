"""The page about the review app names every setting as the code does."""

from __future__ import annotations

import re
from pathlib import Path

from review.settings import ReviewSettings

PAGE = Path(__file__).parents[2] / "docs" / "review.md"


def test_every_setting_is_documented() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\S*) ?\| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [(name.lower(), text) for name, _, text in rows] == [
        (name, field.description) for name, field in ReviewSettings.model_fields.items()
    ]
    plain = ReviewSettings()
    for name, default, _ in rows:
        value = getattr(plain, name.lower())
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        assert default == (str(shown).lower() if isinstance(shown, bool) else str(shown)), name
