"""What a data set took from others, and what it takes to compute its indices anew."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib.resources import files

from survey.indicator import Questionnaire
from survey.packaged import read_toml
from survey.questionnaire import editions, load
from survey.scoring import osi_weights


@dataclass(frozen=True, slots=True)
class Source:
    """What columns of the data set were taken from: `columns` as `table.column`, `licence` the source's own."""

    columns: tuple[str, ...]
    title: str
    url: str
    licence: str


def sources() -> tuple[Source, ...]:
    """The sources of what the data set took from others."""
    text = files("review.publish").joinpath("data").joinpath("sources.csv").read_text(encoding="utf-8")
    return tuple(
        Source(tuple(row["columns"].split("|")), row["title"], row["url"], row["licence"])
        for row in csv.DictReader(io.StringIO(text))
    )


def provenance() -> str:
    """The part of the data dictionary on editions, weights and sources, as Markdown."""
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in osi_weights().items())
    return "\n".join([
        "## Editions",
        "",
        "The index `losi` is `yes` divided by the number here, which may be more than the questions that are known. "
        "Editions whose `measure` is osi_weighted are not divided: the index is the sum of the shares in `criteria`, "
        f"before they are rounded, by their weights ({read_toml('scoring.toml')['osi']['status']}): {weights}.",
        "",
        "| edition | questions | divided by | why |",
        "| --- | --- | --- | --- |",
        *(_edition(load(name)) for name in editions()),
        "",
        "## Sources",
        "",
        "What the survey did not find itself. The data set states no licence of its own: that is for whoever publishes "
        "it to choose.",
        "",
        "| columns | source | licence |",
        "| --- | --- | --- |",
        *(_source(each) for each in sources()),
    ])  # fmt: skip


def _edition(found: Questionnaire) -> str:
    by = found.denominator if found.kind == "city" else "–"
    return f"| `{found.edition}` | {len(found.indicators)} | {by} | {' '.join(found.denominator_reason.split())} |"


def _source(found: Source) -> str:
    return f"| {', '.join(f'`{name}`' for name in found.columns)} | {found.title}: <{found.url}> | {found.licence} |"
