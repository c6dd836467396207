"""What fuzzing tries can be tried without it: each target takes whole, broken and senseless input."""

from __future__ import annotations

import gzip

import pytest

from scripts import fuzz
from scripts.fuzzing.targets import TARGETS

_SEEDS = {
    "empty": b"",
    "html": b"<!doctype html><html lang=en><title>Town</title><nav><a href='/budget'>Budget</a></nav><p>Pay online",
    "nul": b"\x00\xff\xfe<a href='\x00'>\xc3",
    "warc": gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n")[:-4],
    "sitemap": b"<urlset><url><loc>https://town.example/a</loc></url><url>",
    "zip": b"PK\x03\x04" + b"\x00" * 40,
}


@pytest.mark.parametrize("seed", _SEEDS.values(), ids=_SEEDS)
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds(name: str, seed: bytes) -> None:
    TARGETS[name](seed)


def test_every_target_can_be_named() -> None:
    assert tuple(TARGETS) == fuzz._TARGETS


def test_a_broken_promise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.fuzzing.targets.canonical", lambda url: f"{url}/")
    with pytest.raises(AssertionError):
        TARGETS["urls"](b"a")
