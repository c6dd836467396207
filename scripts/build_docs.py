"""Writes docs/reference/*.md from the code: commands, features, indicators, detectors, settings.

Run it after a change to any of them: `make docs`. A test holds the pages to the code.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import click
from pydantic import SecretStr

from crawler.settings import CrawlOptions
from detectors import registry
from detectors.lexicon_set import bundled
from losi.cli import main as losi
from review.settings import PREFIX, ReviewSettings
from survey.features import features
from survey.questionnaire import editions, indicators_answered_by, load

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
PACKAGES = ("survey", "storage", "detectors", "spiders", "crawler", "review", "losi")
NOTE = "<!-- Written by scripts/build_docs.py; do not edit. -->\n\n"
WIDTH = 100
PROOF = {
    "page": "on a page",
    "portal": "in facts about the whole portal",
    "browser": "in a browser",
    "manual": "only by a person",
}
OTHERS = {
    "LOSI_AXE": "File of axe-core to use in the place of the one that comes with axe-playwright-python.",
    "LOSI_CHROMIUM": "The Chromium to use: by the set-up, and by every command that opens a browser.",
    "LOSI_CONCURRENCY": "Portals at a time of the worker in `deploy/compose.yaml`.",
    "LOSI_DEBUG": "When set, an unexpected error shows where it came from.",
    "LOSI_EXTENSION": "Folder of [questions of your own](../extensions.md), instead of `extension` in the data folder.",
    "LOSI_IMAGE": "Image that `deploy/compose.yaml` starts.",
    "LOSI_VNU": "The vnu.jar of the Nu Html Checker: for the set-up, and for every command that judges markup.",
    "LOSI_WORKER_MEMORY": "Memory limit of the worker in `deploy/compose.yaml`.",
}
"""Variables that are no option of a command and no setting of the review app; the code is searched for their names."""
READ_IN = (*(f"{name}/**/*.py" for name in PACKAGES), "scripts/*.sh", "deploy/**/*")
VARIABLE = re.compile(r"\bLOSI_[A-Z]+(?:_[A-Z]+)*\b")
FEW = 6
"""Commands that are named one by one."""


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
    """The options of a crawl, and every environment variable that anything here reads."""
    rows = [
        (f"`{name}`", "" if field.default_factory else f"`{field.default!r}`", field.description or "")
        for name, field in CrawlOptions.model_fields.items()
    ]
    options, review = option_variables(), review_variables()
    return "\n\n".join(
        (
            "# Settings",
            "## Options of a crawl\n\n" + _table(("name", "default", "meaning"), rows),
            "## Environment variables",
            "### In the place of an option\n\nThe option wins where both are given. Switches take `1` or `0`.",
            _table(("name", "option", "commands", "meaning"), options.values()),
            "### Others\n\n" + _table(("name", "meaning"), other_variables({*options, *review})),
            "### Of the review app\n\n" + _table(("name", "default", "meaning"), review.values()),
        )
    )


def option_variables() -> dict[str, tuple[str, ...]]:
    """A row for each variable that stands for an option of commands, by its name."""
    found: defaultdict[str, list[tuple[str, click.Option]]] = defaultdict(list)
    for command, context in all_commands():
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.envvar, str):
                found[option.envvar].append((context.command_path, option))
    return {name: _option_row(name, found[name]) for name in sorted(found)}


def _option_row(name: str, found: list[tuple[str, click.Option]]) -> tuple[str, ...]:
    paths = [f"`{path}`" for path, _ in found]
    option = found[0][1]
    flags = ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))
    meaning = re.sub(rf" \(or {name}\)|\s*\[default: [^]]*\]", "", option.help or "")
    return f"`{name}`", flags, ", ".join(paths) if len(paths) <= FEW else f"{len(paths)} commands", meaning


def review_variables() -> dict[str, tuple[str, ...]]:
    """A row for each setting of the review app, by the name of its variable."""
    names = {f"{PREFIX}{name.upper()}": field for name, field in ReviewSettings.model_fields.items()}
    return {
        name: (f"`{name}`", f"`{_plain(field.default)!r}`", field.description or "") for name, field in names.items()
    }


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def other_variables(told: Iterable[str]) -> list[tuple[str, str]]:
    """A row for each variable named in the code that is not `told` elsewhere; LookupError where its meaning lacks."""
    files = (path for pattern in READ_IN for path in ROOT.glob(pattern) if path.is_file())
    named = {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))} - set(told)
    if wrong := named ^ OTHERS.keys():
        raise LookupError(
            f"OTHERS must tell the variables that the code reads, and no more: {', '.join(sorted(wrong))}"
        )
    return [(f"`{name}`", OTHERS[name]) for name in sorted(named)]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head)]
    lines.append(("---",) * len(lines[0]))
    lines.extend(tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
