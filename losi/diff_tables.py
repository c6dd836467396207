"""Shows what changed between two cycles: summed up by feature for people, finding by finding for programs."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from losi.cells import cell
from losi.terminal import printable, show, stdout, table
from survey.counts import count_of
from survey.questionnaire import UnknownEditionError, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from crawler.cycle.diff import CycleDiff, FindingChange, PortalChanges

COLUMNS = (
    "portal", "url", "name", "country", "edition", "run_before", "run_after", "codes", "feature", "before", "after",
    "confirmed", "causes", "now_of_then", "why",
)  # fmt: skip


class Kind(NamedTuple):
    """One kind of change: a feature's state before and after; `confirmed` as in `FindingChange`."""

    feature: str
    before: str
    after: str
    confirmed: bool


def diff_document(diff: CycleDiff) -> dict[str, Any]:
    """The differences as JSON."""
    summary = [
        {**kind._asdict(), "portals": causes.total(), "causes": dict(causes.most_common())}
        for kind, causes in _kinds(diff)
    ]
    return {"schema": 1, **asdict(diff), "causes": dict(_causes(diff)), "summary": summary}


def diff_csv(diff: CycleDiff) -> str:
    """A row a changed finding; `edition` is the later visit's, `codes` its questions that the feature answers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for portal in diff.portals:
        for change in portal.changes:
            values = (
                str(portal.portal_id), portal.url, portal.name, portal.country, portal.editions[1],
                *map(str, portal.runs), _codes((portal.editions[1],), change.feature), change.feature, change.before,
                change.after, str(change.confirmed).lower(), " + ".join(change.causes), change.now_of_then, change.why,
            )  # fmt: skip
            writer.writerow(cell(value) for value in values)
    return out.getvalue()


def print_diff(diff: CycleDiff, *, details: bool = False) -> None:
    """Print the kinds of change, each with its portals and causes; or with `details` every changed finding."""
    console = stdout()
    changed = [portal for portal in diff.portals if portal.changes]
    if details:
        _print_findings(console, diff, changed)
    elif changed:
        _print_kinds(console, diff)
    total = sum(len(portal.changes) for portal in changed)
    console.print(
        f"{count_of(len(diff.portals), 'portal')} compared, {len(changed)} with changes; "
        f"{count_of(total, 'finding')} changed ({_counted(_causes(diff)) or 'no causes'})"
    )
    console.print(f"only in {diff.before}: {diff.only_before}, only in {diff.after}: {diff.only_after}")
    if not diff.all_features:
        console.print("features that the questionnaires do not ask for are left out; --all-features compares them too")
    if changed and not details:
        console.print("--details, --csv and --json name the portals")


def _print_kinds(console: Console, diff: CycleDiff) -> None:
    made = table("", ("code", "feature", diff.before, diff.after, "portals", "cause"), right=("portals",))
    editions = {edition for portal in diff.portals for edition in portal.editions}
    for kind, causes in _kinds(diff):
        codes = _codes(sorted(editions), kind.feature)
        made.add_row(codes, kind.feature, *_states(kind), str(causes.total()), _counted(causes))
    show(console, made)
    if unread := sum(bool(portal.problem) for portal in diff.portals):
        told = count_of(unread, "portal has", "portals have")
        console.print(f"problem   {told} an earlier archive that cannot be read; --details says why")


def _print_findings(console: Console, diff: CycleDiff, changed: Sequence[PortalChanges]) -> None:
    for portal in changed:
        title = f"{printable(portal.name)} ({portal.url}), runs {portal.runs[0]} and {portal.runs[1]}"
        made = table(title, ("feature", diff.before, diff.after, "cause", "why"))
        for change in portal.changes:
            words = Text(printable(change.why))
            made.add_row(change.feature, *_states(change), " + ".join(change.causes), words)
        show(console, made)
        if portal.problem:
            console.print(Text(f"problem   {printable(portal.problem)}\n"))


def _states(change: Kind | FindingChange) -> tuple[str, str]:
    after = change.after if change.confirmed else f"{change.after} (not confirmed)"
    return change.before or "none", after or "none"


def _kinds(diff: CycleDiff) -> list[tuple[Kind, Counter[str]]]:
    """Each kind of change with its portals by cause; the feature that changed on most portals first."""
    kinds: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
    features: Counter[str] = Counter()
    for change, cause in _each(diff):
        kinds[Kind(change.feature, change.before, change.after, change.confirmed)][cause] += 1
        features[change.feature] += 1
    return sorted(kinds.items(), key=lambda found: (-features[found[0].feature], found[0].feature, -found[1].total()))


def _causes(diff: CycleDiff) -> Counter[str]:
    return Counter(cause for _, cause in _each(diff))


def _each(diff: CycleDiff) -> Iterator[tuple[FindingChange, str]]:
    return ((change, " + ".join(change.causes)) for portal in diff.portals for change in portal.changes)


def _counted(causes: Counter[str]) -> str:
    return ", ".join(f"{number} {cause}" for cause, number in causes.most_common())


def _codes(editions: Sequence[str], feature: str) -> str:
    """The codes of the questions that a feature answers; none in an edition that is not known here."""
    codes: dict[str, None] = {}
    for edition in editions:
        try:
            codes.update(dict.fromkeys(indicator.code for indicator in load(edition).indicators_of(feature)))
        except UnknownEditionError:
            continue
    return " ".join(codes)
