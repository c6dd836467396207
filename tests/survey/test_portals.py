"""The bundled portal list: every Member State stands in it twice, and nothing in it claims to be verified."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from survey.countries import member_states
from survey.packaged import SurveyDataError
from survey.portals import default_portals, parse_portal

STATES = {c.iso3 for c in member_states()}


@pytest.mark.parametrize(("kind", "with_url"), [("national", 187), ("city", 95)])
def test_every_member_state_has_a_row_of_each_kind(kind: str, with_url: int) -> None:
    rows = [p for p in default_portals() if p.kind == kind]
    assert {p.country for p in rows} == STATES
    assert len({p.country for p in rows if p.url}) == with_url


def test_each_country_has_one_best_address_or_none() -> None:
    chosen = Counter((p.kind, p.country) for p in default_portals() if p.rank in ("best", "none"))
    assert set(chosen.values()) == {1}
    assert all((p.url is None) == (p.rank == "none") for p in default_portals())


def test_addresses_are_web_addresses_with_a_source() -> None:
    for portal in default_portals():
        if portal.url is not None:
            parts = urlsplit(portal.url)
            assert parts.scheme in ("http", "https")
            assert parts.hostname
            assert portal.source
            assert portal.licence


def test_nothing_is_called_verified() -> None:
    assert not any(p.verified for p in default_portals())


def test_city_rows_say_how_the_city_was_chosen() -> None:
    assert all(p.note for p in default_portals() if p.kind == "city")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SurveyDataError, match="kind is 'village', not one of city, national"):
        parse_portal({"kind": "village", "name": "X"})
