"""Shows what a workbook came to: a table of the changed rows, one line, and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from losi.terminal import printable, table
from review.workbook.layout import WORDS
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from review.workbook.comparing import Change
    from review.workbook.importing import Imported
    from review.workbook.reading import Problem


def changes_table(made: Imported) -> Table:
    """The changed rows: cell, portal, code, before, after, comment."""
    shown = table(f"Answers of {made.account}", ("cell", "portal", "code", "before", "after", "comment"))
    for each in made.plan.changes:
        cells = (each.place, each.portal, each.code, _word(each.before), _word(each.after), _comment(each))
        shown.add_row(*(Text(printable(cell)) for cell in cells))
    return shown


def summary(made: Imported, dry_run: bool) -> str:
    """What happened, in one line."""
    plan = made.plan
    if made.refused:
        return (
            f"losi: nothing was changed: {count_of(len(plan.problems), 'problem')}, "
            f"{count_of(len(plan.conflicts), 'conflict')}"
        )
    verb = "would change" if dry_run else "changed"
    same = f", {plan.already} already decided so" if plan.already else ""
    return f"{count_of(len(plan.changes), 'row')} {verb}, {plan.unchanged} unchanged{same}"


def import_document(made: Imported, file: str, dry_run: bool) -> dict[str, Any]:
    """The same as JSON; `imported` says whether anything was stored."""
    plan = made.plan
    return {
        "schema": 1,
        "file": file,
        "as": made.account,
        "imported": not made.refused and not dry_run,
        "changes": [_change(each) for each in plan.changes],
        "unchanged": plan.unchanged,
        "already": plan.already,
        "problems": _problems(plan.problems),
        "conflicts": _problems(plan.conflicts),
        "notes": _problems(plan.notes),
    }


def _change(each: Change) -> dict[str, Any]:
    return {
        "cell": each.place,
        "portal": each.portal,
        "edition": each.edition,
        "code": each.code,
        "before": each.before,
        "after": each.after,
        "comment_before": each.comment_before,
        "comment": each.comment,
    }


def _problems(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"cell": each.place, "message": each.message, "mend": each.mend} for each in problems]


def _word(verdict: str) -> str:
    return WORDS.get(verdict, verdict) or "–"


def _comment(each: Change) -> str:
    return "" if each.comment == each.comment_before else each.comment or "(removed)"
