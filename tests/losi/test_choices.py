"""What a user typed, taken or refused."""

from __future__ import annotations

import pytest

from losi.choices import contact
from losi.errors import Misuse

TAKEN = (
    "https://www.example.org",
    "http://example.org:8080/survey?year=2026#who",
    "https://xn--gieen-nqa.example/",
    "survey@example.org",
    "mailto:survey+losi@un.example.org",
)
REFUSED = (
    "",
    "ask me",
    "www.example.org",
    "ftp://example.org",
    "https://",
    "me@",
    "https://a.example/\nX: y",
    "a@b.c)",
)


@pytest.mark.parametrize("text", TAKEN)
def test_a_contact_is_an_address(text: str) -> None:
    assert contact(f" {text} ") == text


@pytest.mark.parametrize("text", REFUSED)
def test_what_no_webmaster_could_use_is_refused(text: str) -> None:
    with pytest.raises(Misuse, match="neither a web address nor an e-mail address"):
        contact(text)
