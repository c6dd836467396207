"""Shows the result of a run: the questionnaire by criterion, the summary, and where report and archive lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from crawler.prefill import prefill, summarise
from losi.terminal import printable, show, state_text, stdout, table
from survey.counts import count_of
from survey.scoring import as_published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from crawler.prefill import Answer, Summary
    from crawler.result import RunResult
    from survey.indicator import Questionnaire

_WIDE = (5, 40, 20, 5)
"""Widths of the columns before the address, where there is room."""
_TITLE, _ADDRESS, _LEAST = 24, 40, 10
"""Columns that a title gets where an address gets so many, and that both get at least."""


def print_run(result: RunResult, questionnaire: Questionnaire, report: str) -> None:
    """Print everything a person wants to know of a run; of one that read no page, only how it ended."""
    console = stdout()
    if result.pages:
        answers = prefill(questionnaire, result.findings)
        for made in criterion_tables(questionnaire, answers, console.width):
            show(console, made)
        _print_summary(console, summarise(questionnaire, answers), questionnaire)
    _print_run_facts(console, result)
    for name, place in (("report", report), ("archive", result.archive)):
        if place:
            console.print(Text(f"{name:<10}{place}"), soft_wrap=True)


def criterion_tables(questionnaire: Questionnaire, answers: Sequence[Answer], width: int) -> list[Table]:
    """The pre-filled questionnaire, a table for each criterion, for a terminal of so many columns."""
    tables, widths = [], _widths(answers, width)
    for criterion in questionnaire.criteria:
        rows = [answer for answer in answers if answer.indicator.criterion == criterion]
        if rows:
            tables.append(_criterion_table(criterion, rows, widths))
    return tables


def _widths(answers: Sequence[Answer], width: int) -> tuple[int, ...]:
    """Columns of code, title, state, confidence and address; where it is narrow, title and state make room.

    All are given, since rich cuts off text where the width of some columns is fixed and there is no room for the rest.
    """
    code, title, state, share = _WIDE
    room = width - 2 * (len(_WIDE) + 1)
    if room - sum(_WIDE) < _ADDRESS:
        needed = max((len(state_text(answer.state, answer.finding.reason)) for answer in answers), default=state)
        state = min(state, needed)
        left = room - code - state - share
        title = min(title, max(_TITLE, left - _ADDRESS), max(_LEAST, left - _LEAST))
    return code, title, state, share, max(_LEAST, room - code - title - state - share)


def _criterion_table(criterion: str, rows: Sequence[Answer], widths: tuple[int, ...]) -> Table:
    made = table("", ("code", "title", "state", "conf.", "proof"), right=("conf.",))
    made.title = criterion[:1].upper() + criterion[1:]
    for column, width in zip(made.columns, widths, strict=True):
        column.min_width = column.max_width = width
    made.columns[-1].min_width = None
    for answer in rows:
        made.add_row(
            answer.indicator.code,
            answer.indicator.title,
            state_text(answer.state, answer.finding.reason),
            f"{answer.confidence:.2f}" if answer.state in ("present", "absent") else "",
            Text(printable(answer.evidence_url)),
        )
    return made


def _print_summary(console: Console, summary: Summary, questionnaire: Questionnaire) -> None:
    parts = ("present", "absent", "unknown", "manual")
    counts = ", ".join(f"{getattr(summary, part)} {part}" for part in parts)
    console.print(Text(f"{questionnaire.edition}: {counts}; {count_of(summary.total, 'question')}", "bold"))
    console.print(
        f"{summary.present} / {summary.denominator} = {as_published(summary.share):.4f} found present so far: "
        "a pre-fill, not a score; a person confirms or rejects each answer."
    )


def _split(result: RunResult) -> str:
    """Where the time went, once a browser took part of it."""
    if not result.seconds_render:
        return ""
    parts = (("crawl", result.seconds_crawl), ("detect", result.seconds_detect), ("browser", result.seconds_render))
    return f" ({', '.join(f'{name} {seconds:.1f}' for name, seconds in parts)})"


def _print_run_facts(console: Console, result: RunResult) -> None:
    cause = f" ({result.cause.replace('_', ' ')})" if result.cause else ""
    console.print(
        f"outcome   {result.outcome.replace('_', ' ')}{cause}: {count_of(result.pages, 'page')}, "
        f"{count_of(result.requests, 'request')}, {result.seconds:.1f} s{_split(result)}, "
        f"languages {', '.join(result.languages) or 'none recognised'}"
    )
    if result.message:
        console.print(Text(f"          {printable(result.message)}"))
    for problem in result.problems:
        console.print(Text(f"problem   {printable(problem)}"))
