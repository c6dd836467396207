"""The fit: folds that keep countries together, curves that rise, rows that fall, numbers put into the data files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detectors.page import Page
from losi.errors import Failure
from losi.reliability import brier, calibration_error
from scripts.fitting import curve, misses, reliability, strengths
from scripts.fitting.pages import Judged, LabelledPage, f1, folds, read
from scripts.fitting.tables import put, rewrite

HAND = curve.Curve((0.0, 0.5, 1.0), (0.05, 0.5, 0.95))


def page(name: str, group: str = "UY", labels: frozenset[str] = frozenset()) -> LabelledPage:
    return LabelledPage(name, group, Page("https://www.villa.example/", b"<p>x"), labels)


def observed(share: float, strength: float, number: int) -> list[Judged]:
    """Pages with proof of this strength, of which this share is labelled."""
    return [
        Judged(page(str(n), labels=frozenset(["a.b"] if n < share * number else [])), {"a.b": strength}, frozenset())
        for n in range(number)
    ]


def test_folds_keep_groups_together_and_test_every_page_once() -> None:
    pages = [page(f"{group}{n}", group) for group in ("UY", "FI", "JP", "KE", "NZ") for n in range(3)]
    tested: list[str] = []
    for fitted_on, tested_on in folds(pages, 3):
        assert not {p.group for p in fitted_on} & {p.group for p in tested_on}
        tested += [p.id for p in tested_on]
    assert sorted(tested) == sorted(p.id for p in pages)


def test_f1_counts_what_is_proved_and_what_is_labelled() -> None:
    judged = [Judged(page("p", labels=frozenset(["a", "b"])), {}, frozenset(["b", "c"]))]
    assert f1(judged) == pytest.approx(0.5)


def test_the_curve_goes_where_the_pages_are_and_rises() -> None:
    judged = [*observed(0.1, 0.3, 300), *observed(0.7, 0.7, 300), *observed(0.6, 0.9, 300)]
    fitted = curve.fit(judged, HAND)
    assert list(fitted.probability) == sorted(fitted.probability)
    assert fitted(0.3) == pytest.approx(0.1, abs=0.03)
    assert fitted(0.7) == pytest.approx(0.65, abs=0.05)
    assert fitted == curve.fit(judged[::-1], HAND)


def test_a_fitted_curve_is_better_calibrated_than_a_wrong_one() -> None:
    judged = [*observed(0.1, 0.45, 200), *observed(0.9, 0.6, 200)]
    old, new = curve.outcomes(judged, HAND), curve.outcomes(judged, curve.fit(judged, HAND))
    assert brier(new) < brier(old)
    assert calibration_error(new) < calibration_error(old)


def test_no_pages_leave_the_hand_set_curve() -> None:
    fitted = curve.fit([], HAND)
    assert [round(HAND(x), 3) for x in fitted.strength] == list(fitted.probability)


def told(feature: str, right: int, number: int) -> list[Judged]:
    """Pages with equal proof of the feature, of which `right` are labelled."""
    return [
        Judged(page(str(n), labels=frozenset([feature] if n < right else [])), {feature: 0.5}, frozenset([feature]))
        for n in range(number)
    ]


def test_what_proof_of_one_feature_is_worth_is_drawn_towards_all() -> None:
    judged = [*told("often.right", 90, 100), *told("often.wrong", 10, 100), *told("seldom.seen", 0, 1)]
    fitted = reliability.fit(judged, HAND)
    assert fitted["often.right"] == pytest.approx(2.0, abs=0.2)
    assert fitted["often.wrong"] == pytest.approx(-2.0, abs=0.2)
    assert -0.6 < fitted["seldom.seen"] < -0.2
    assert fitted == reliability.fit(judged[::-1], HAND)
    assert brier(curve.outcomes(judged, HAND, fitted)) < brier(curve.outcomes(judged, HAND))


def test_hints_say_nothing_of_what_proof_is_worth() -> None:
    assert reliability.fit(observed(0.9, 0.3, 100), HAND) == {}
    fallen = curve.outcomes(told("a.b", 0, 1), HAND, {"a.b": -9.0})[0].expected
    assert fallen == pytest.approx(HAND(curve.HINTS_END))
    assert curve.outcomes(observed(1.0, 0.3, 1), HAND, {"a.b": -9.0})[0].expected == pytest.approx(HAND(0.3))


def test_proof_that_is_always_wrong_moves_the_curve_without_end_in_sight() -> None:
    surest = curve.Curve((0.0, 1.0), (0.999, 0.999))
    assert reliability.fit(told("never.right", 0, 1_000), surest)["never.right"] < -8


def test_rare_cells_stay_near_the_hand_set_strength_and_rows_fall() -> None:
    prior = [0.9, 0.8, 0.6, 0.3]
    row = strengths.drawn(prior, [200, 1, 0, 0], [100, 1, 0, 0])
    assert row[0] == pytest.approx(0.55, abs=0.05)
    assert row == sorted(row, reverse=True)
    assert strengths.drawn(prior, [0] * 4, [0] * 4) == prior


def test_misses_are_pooled_and_fall_with_the_depth() -> None:
    hand = [0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05]
    none = misses.Misses(dict.fromkeys(misses.DEPTHS, 0), dict.fromkeys(misses.DEPTHS, 0))
    assert misses.fit(none, misses.DEPTHS, hand) == hand
    many = misses.Misses(dict.fromkeys(misses.DEPTHS, 1_000), dict(zip(misses.DEPTHS, range(0, 700, 100), strict=True)))
    fitted = misses.fit(many, misses.DEPTHS, hand)
    assert fitted == sorted(fitted, reverse=True)
    assert np.mean(fitted) == pytest.approx(0.3, abs=0.05)


def test_strengths_are_used_only_meanwhile() -> None:
    from detectors.strengths import strengths as current

    before = current().tables["label"]["strong"]
    with strengths.using({"label": {"strong": [0.1], "weak": [0.1]}}):
        assert current().tables["label"]["strong"] == [0.1]
    assert current().tables["label"]["strong"] == before


def test_a_number_is_put_where_it_belongs_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('# head\ndate = "1"\n[a]\nx = [1.0]  # why\n[b]\nx = [2.0]\n')
    put(file, "b", "x", (0.5, 0.25))
    put(file, "", "date", "2")
    put(file, "a", "x", [1.0])
    assert file.read_text() == '# head\ndate = "2"\n[a]\nx = [1.0]  # why\n[b]\nx = [0.5, 0.25]\n'
    with pytest.raises(KeyError, match=r"\[b\] y"):
        put(file, "b", "y", 1)


def test_a_section_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('# head\ndate = "1"\n\n[log_odds]\n"a.b" = 1.5\n')
    rewrite(file, "log_odds", {"c.d": -0.25, "e.f": 1.0})
    assert file.read_text() == '# head\ndate = "1"\n\n[log_odds]\n"c.d" = -0.25\n"e.f" = 1\n'
    with pytest.raises(KeyError, match=r"\[none\]"):
        rewrite(file, "none", {})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('{"file": "p.html", "url": "https://villa.example/"}', "id missing or no text"),
        ('{"id": ["p"], "file": "p.html", "url": "https://villa.example/"}', "id missing or no text"),
        ("half a", "no JSON"),
    ],
)
def test_a_row_of_the_manifest_that_cannot_be_used_is_named(tmp_path: Path, row: str, why: str) -> None:
    (tmp_path / "labels.jsonl").write_text('{"id": "p", "labels": []}\n', encoding="utf-8")
    (tmp_path / "p.html").write_text("<p>x", encoding="utf-8")
    pages = tmp_path / "pages.jsonl"
    good = '{"id": "p", "file": "p.html", "url": "https://villa.example/"}'
    pages.write_text(f"{good}\n", encoding="utf-8")
    assert [each.id for each in read(tmp_path / "labels.jsonl", pages)] == ["p"]
    pages.write_text(f"{good}\n{row}\n", encoding="utf-8")
    with pytest.raises(Failure, match=f"pages.jsonl:2: {why}"):
        read(tmp_path / "labels.jsonl", pages)
    done = subprocess.run(
        [sys.executable, "-m", "scripts.fit", "--labels", str(tmp_path / "labels.jsonl"), "--manifest", str(pages)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"pages.jsonl:2: {why}" in done.stderr
