"""Writes docs/reference/*.md from the code: commands, features, indicators, detectors, settings.

Run it after a change to any of them: `make docs`. A test holds the pages to the code.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import click

from crawler.settings import CrawlOptions
from detectors import registry
from detectors.lexicon import bundled
from losi.cli import main as losi
from survey.features import features
from survey.questionnaire import editions, indicators_answered_by, load

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/build_docs.py; do not edit. -->\n\n"
WIDTH = 100
PROOF = {
    "page": "on a page",
    "portal": "in facts about the whole portal",
    "browser": "in a browser",
    "manual": "only by a person",
}
ENVIRONMENT = (
    ("LOSI_DATA", "Folder of database, archive and reports; the same as --data."),
    ("LOSI_DB", "Database URL; the same as --db."),
    ("LOSI_CONTACT", "Page that tells webmasters who asks; the same as --contact."),
    ("LOSI_DEBUG", "When set, an unexpected error shows where it came from."),
    ("LOSI_CHROMIUM", "The Chromium that the set-up is to take."),
)


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The text of every reference page by file name."""
    made = {
        "commands.md": commands_page(),
        "features.md": features_page(),
        "indicators.md": indicators_page(),
        "detectors.md": detectors_page(),
        "settings.md": settings_page(),
        "lexicons.md": lexicons_page(),
    }
    return {name: NOTE + text.rstrip() + "\n" for name, text in made.items()}


def commands_page() -> str:
    """Every command with its help."""
    parts = ["# Commands", "Exit codes: 0 done, 1 it ran and something failed, 2 wrong usage."]
    for command, context in all_commands():
        parts.append(f"## {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```")
    return "\n\n".join(parts)


def all_commands() -> Iterator[tuple[click.Command, click.Context]]:
    """Every command below `losi`, itself included, with the context that its help needs."""
    waiting = [click.Context(losi, info_name="losi", terminal_width=WIDTH, color=False, **losi.context_settings)]
    while waiting:
        context = waiting.pop(0)
        yield context.command, context
        if isinstance(context.command, click.Group):
            below = sorted(context.command.commands.items())
            waiting[:0] = [click.Context(each, parent=context, info_name=name) for name, each in below]


def features_page() -> str:
    """Every feature, where its proof is seen, and the indicators that it answers."""
    rows = [
        (
            f"`{feature.key}`",
            feature.title,
            feature.counts_as_yes,
            PROOF[feature.proof],
            ", ".join(indicator.id for indicator in indicators_answered_by(feature.key)),
        )
        for feature in features().values()
    ]
    return f"# Features\n\n{len(rows)} facts about a portal.\n\n" + _table(
        ("feature", "title", "counts as yes", "proof is seen", "answers"), rows
    )


def indicators_page() -> str:
    """Every indicator of every edition."""
    parts = ["# Indicators"]
    for edition in editions():
        questionnaire = load(edition)
        rows = [
            (i.code, i.criterion, i.title, ", ".join(f"`{key}`" for key in i.features), i.status)
            for i in questionnaire.indicators
        ]
        intro = f"{questionnaire.title}. Source: <{questionnaire.source}>. Divided by {questionnaire.denominator}."
        table = _table(("code", "criterion", "title", "features", "status"), rows)
        parts.append(f"## {edition}\n\n{intro}\n\n{table}")
    return "\n\n".join(parts)


def detectors_page() -> str:
    """Every built-in detector with what it counts as proof."""
    points = [point for point in entry_points(group=registry.GROUP) if point.value.startswith("detectors.")]
    parts = ["# Detectors", "The built-in ones. A plug-in registers in the same way."]
    for detector in registry.load(points).all:
        keys = ", ".join(f"`{key}`" for key in detector.features)
        parts.append(
            f"## {detector.name}\n\n{inspect.getdoc(detector) or ''}\n\nVersion {detector.version}. Features: {keys}."
        )
    return "\n\n".join(parts)


def lexicons_page() -> str:
    """Which language has words for which feature."""
    found = [lexicon for name in bundled().languages if (lexicon := bundled().get(name)) is not None]
    strong = {lexicon.language: {t.feature for t in lexicon.terms if t.role == "strong"} for lexicon in found}
    keys = sorted({feature for lexicon in found for feature in lexicon.features})
    languages = _table(
        ("language", "name", "terms", "features"),
        ((x.language, x.name, str(len(x.terms)), str(len(x.features))) for x in found),
    )
    cover = _table(
        ("feature", *(lexicon.language for lexicon in found)),
        ((f"`{key}`", *(_mark(key, x.features, strong[x.language]) for x in found)) for key in keys),
    )
    told = "`+` a term that proves by itself, `·` only labels and hints, blank: none, which gives `unknown(language)`."
    return "\n\n".join(("# Lexicons", languages, "## Words by feature and language", told, cover))


def _mark(feature: str, covered: frozenset[str], strong: set[str]) -> str:
    return "+" if feature in strong else "·" if feature in covered else ""


def settings_page() -> str:
    """The options of a crawl, and the environment variables."""
    rows = [
        (f"`{name}`", "" if field.default_factory else f"`{field.default!r}`", field.description or "")
        for name, field in CrawlOptions.model_fields.items()
    ]
    environment = [(f"`{name}`", meaning) for name, meaning in ENVIRONMENT]
    return "\n\n".join(
        (
            "# Settings",
            "## Options of a crawl\n\n" + _table(("name", "default", "meaning"), rows),
            "## Environment variables\n\n" + _table(("name", "meaning"), environment),
        )
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head)]
    lines.append(("---",) * len(lines[0]))
    lines.extend(tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
