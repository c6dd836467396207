"""A review app beside another machine's crawl: the card has its picture when the archive was brought."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from lxml import html
from sqlalchemy import select

from review.service.archive import archived_link
from storage.archive.place import ArchivePlace
from storage.models import Finding, Task
from survey.questionnaire import load
from tests.review.browsing import log_in
from tests.review.conftest import Client, World

ARCHIVE = "archive/run-000001"
SHOT = "screenshots/run-000001/content.news.webp"


@pytest.fixture
def place(small: World, tmp_path: Path) -> ArchivePlace:
    """A place that holds what another machine crawled and pictured; the review app's data folder holds nothing."""
    small.data = tmp_path / "crawler"
    small.run(said=dict.fromkeys(load("losi-2024").features, "present"))
    picture = small.data / SHOT
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"RIFF a picture")
    with small.database.session() as session:
        for finding in session.scalars(select(Finding).where(Finding.state == "present")):
            finding.evidence = [{**finding.evidence[0], "screenshot": SHOT}]
    place = ArchivePlace(str(tmp_path / "place"))
    place.upload(small.data, ARCHIVE)
    small.data = tmp_path / "review"
    return place


def _card(browser: httpx.Client, world: World) -> str:
    """The path of the picture that the first card shows."""
    with world.database.reader() as session:
        task = session.scalars(select(Task.id).order_by(Task.position)).first()
    page = browser.get(f"/cards/{task}")
    assert page.status_code == 200
    image = html.fromstring(page.text).find(".//div[@class='shot']/img")
    assert image is not None
    return str(image.get("src"))


def test_a_card_has_its_picture_once_it_was_brought(small: World, place: ArchivePlace, client: Client) -> None:
    small.assign(small.person("Ana"), *small.open())
    browser = client(small)
    log_in(browser, "Ana")
    shown = _card(browser, small)
    assert browser.get(shown).status_code == 404
    place.fetch(ARCHIVE, small.data)
    found = browser.get(shown)
    assert (found.status_code, found.content) == (200, b"RIFF a picture")
    assert found.headers["content-type"] == "image/webp"
    assert browser.get(archived_link(small.signer, 1, 1, small.clock())).status_code == 200
