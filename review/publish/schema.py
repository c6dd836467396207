"""The published data set in one place: its tables, their columns, and what each cell means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.publish.provenance import provenance, sources

Type = Literal["string", "integer", "number", "boolean", "datetime"]
"""The types of Frictionless Table Schema that are used here."""
VERSION = 1
STATES = ("present", "absent", "unknown", "manual", "not_applicable")
STATUSES = ("assessed", "no_portal", "blocked", "unreachable", "pending", "unknown_edition")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its meaning in a sentence, the closed set of its words if it has one, and whether it may be empty."""

    name: str
    type: Type
    meaning: str
    words: tuple[str, ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, the columns that name it, and all columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _number(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, empty=True)


PORTAL = Column("portal", "integer", "Number of the portal in the database; joins the tables.")
EDITION = Column("edition", "string", "Edition of the questionnaire, such as losi-2024.")
CODE = Column("code", "string", "Code of the indicator in that edition.")
MEASURE = Column(
    "measure",
    "string",
    "How the index is made: losi, the share of questions answered yes over the edition's denominator; osi_weighted, "
    "the weighted sum of the sub-indices before normalisation across countries.",
    ("losi", "osi_weighted"),
)
PORTALS = Table(
    "portals",
    "one portal of the survey, with or without a score",
    ("portal",),
    (
        PORTAL,
        Column("url", "string", "Address of the portal."),
        Column("name", "string", "Name of the city or country."),
        Column("country", "string", "ISO 3166-1 alpha-3 code of the country.", empty=True),
        Column("country_name", "string", "English name of the country.", empty=True),
        Column("region", "string", "M49 region.", empty=True),
        Column("subregion", "string", "M49 sub-region.", empty=True),
        Column("income", "string", "World Bank income group, as the list of countries carries it.", empty=True),
        Column("groups", "string", "Country groups on the day of the export, joined by |.", empty=True),
        Column("district", "string", "Part of the country, as the list of portals names it.", empty=True),
        Column("kind", "string", "Whose portal it is.", ("city", "national")),
        Column("language", "string", "Language of the portal as listed, BCP 47.", empty=True),
        EDITION,
        Column("run", "integer", "Number of the visit that counts.", empty=True),
        Column("visited", "datetime", "When that visit began, UTC.", empty=True),
        Column("status", "string", "Whether there is a score; if not, why. A failed visit is no zero.", STATUSES),
        Column(
            "basis",
            "string",
            "Whose answers the index rests on: confirmed, all settled by people; mixed, some of them; prefilled, a "
            "program's alone, not to be published as a score; none, no index.",
            ("confirmed", "mixed", "prefilled", "none"),
        ),
        MEASURE,
        _number("index", "The index, 0 to 1, four places. What nobody knows counts as no."),
        _number("high", "The index if all that nobody knows were yes, 0 to 1."),
        Column("level", "string", "Level of the index.", ("very high", "high", "middle", "low"), empty=True),
        Column("rank", "integer", "Place among the portals of the same edition; ties share it (1, 2, 2).", empty=True),
        Column("yes", "integer", "Questions answered yes."),
        Column("unknown", "integer", "Questions that neither people nor the program could answer."),
        Column("confirmed", "integer", "Questions that people settled."),
        Column("questions", "integer", "Questions of the edition whose meaning is known."),
        _number("osi", "The country's newest published Online Service Index, 0 to 1."),
        Column("osi_year", "integer", "Year of the edition that published it.", empty=True),
        Column("below_osi", "boolean", "Cities only: whether the index is below the country's osi.", empty=True),
        _number(
            "normalised",
            "Countries only: the index stretched from 0 (the lowest) to 1 (the highest) over the portals of the same "
            "edition in this data set, as the Survey does over all countries: (index - lowest) / (highest - lowest), "
            "all three before they are rounded.",
        ),
    ),
)
ANSWERS = Table(
    "answers",
    "one question of one portal",
    ("portal", "edition", "code"),
    (
        PORTAL,
        EDITION,
        CODE,
        Column("criterion", "string", "Criterion (module) of the questionnaire."),
        Column("title", "string", "The question in short."),
        Column("value", "integer", "1 yes, 0 no, also where it does not apply; empty where nobody knows.", empty=True),
        Column(
            "basis",
            "string",
            "Whose word the row has: people's; the program's, also where it could not tell; nobody's.",
            ("confirmed", "prefilled", "none"),
        ),
        Column("verdict", "string", "What people settled on.", ("yes", "no", "unsure"), empty=True),
        Column("state", "string", "What the program concluded.", STATES, empty=True),
        _number(
            "confidence", "The program's calibrated probability that it is right, 0 to 1; only with present and absent."
        ),
        Column(
            "evidence_url",
            "string",
            "Page that carries the proof; none where people answered otherwise than yes.",
            empty=True,
        ),
        Column("run", "integer", "Visit whose findings the answer rests on.", empty=True),
    ),
)
CRITERIA = Table(
    "criteria",
    "one criterion of one portal that has an index",
    ("portal", "edition", "criterion"),
    (
        PORTAL,
        EDITION,
        Column("criterion", "string", "Criterion (module) of the questionnaire."),
        Column(
            "share",
            "number",
            "Share of its known questions answered yes, 0 to 1; what nobody knows counts as no, and a question that "
            "stands in two criteria counts in both.",
        ),
    ),
)
GROUPS = Table(
    "groups",
    "one group of portals under one measure",
    ("measure", "by", "key"),
    (
        MEASURE,
        Column(
            "by",
            "string",
            "What the portals are grouped by; all for the whole survey. Indices of several editions do not compare: "
            "where there are any, only the groups by edition do not mix them.",
        ),
        Column("key", "string", "The group; empty where the fact is not known.", empty=True),
        Column("portals", "integer", "Portals of the survey in the group."),
        Column("assessed", "integer", "Those that have an index; the figures are theirs."),
        Column("questions", "integer", "Questions put to them."),
        Column("confirmed", "integer", "Questions that people settled."),
        _number("mean", "Mean of the indices, each as it is published, to four places."),
        _number("median", "Median of the same."),
        _number("lowest", "Lowest index."),
        _number("highest", "Highest index."),
        Column("very_high", "integer", "Portals of the level very high."),
        Column("high", "integer", "Portals of the level high."),
        Column("middle", "integer", "Portals of the level middle."),
        Column("low", "integer", "Portals of the level low."),
        Column("below_osi", "integer", "Cities whose index is below their country's published OSI."),
        Column("with_osi", "integer", "Cities with an index whose country has a published OSI."),
    ),
)
COVERAGE = Table(
    "coverage",
    "one M49 region: its Member States by what became of their cities' portals",
    ("region",),
    (
        Column("region", "string", "M49 region."),
        Column("states", "integer", "Member States of the United Nations."),
        Column("assessed", "integer", "States with a city that has an index."),
        Column("no_portal", "integer", "States where visits found no portal at the listed address."),
        Column("unread", "integer", "States whose city's portal could not be read, or not yet."),
        Column("unlisted", "integer", "States of which the survey lists no city's portal."),
    ),
)
CLAIMS = Table(
    "claims",
    "what a government says about one question of its own portal; no index counts it",
    ("portal", "edition", "code", "source"),
    (
        PORTAL,
        EDITION,
        CODE,
        Column("source", "string", "Questionnaire or letter that the claim came with."),
        Column("says", "string", "The government's answer.", ("yes", "no")),
        Column("url", "string", "Page that the government names.", empty=True),
        Column("comment", "string", "The government's remark.", empty=True),
        Column("given", "string", "Day of the claim, as written.", empty=True),
        Column("value", "integer", "The survey's own answer: 1, 0, or empty where nobody knows.", empty=True),
        Column("basis", "string", "Who gave the survey's answer.", ("confirmed", "prefilled", "none")),
        Column("agrees", "boolean", "Whether the survey answers alike; empty where nobody knows.", empty=True),
    ),
)
NAME = "losi-scout"
"""The name of every data package."""
TABLES = (PORTALS, ANSWERS, CRITERIA, GROUPS, COVERAGE, CLAIMS)


def dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = [
        "# Data dictionary",
        f"The tables of `losi export dataset`, version {VERSION}; columns are only ever added. In CSV files an empty "
        "cell means not known or not applicable, booleans are `true` and `false`, moments are ISO 8601 in UTC, and "
        "text that a spreadsheet would take for a formula begins with an apostrophe, which JSON and Parquet leave out.",
        "The table `portals` is also what `losi score --csv` and *Save as CSV* on the scores of the review app write.",
        "The table `answers` is not that of `losi export csv`, which has what the program found on the newest visit to "
        "each portal and nothing that people decided, and other columns: there `portal` is the portal's name, here its "
        "number.",
    ]
    return "\n\n".join([*parts, *(_section(table) for table in TABLES), provenance()]) + "\n"


def package(title: str, created: str, files: Sequence[tuple[Table, str]]) -> dict[str, Any]:
    """The descriptor of the files as a Frictionless Data Package (version 1)."""
    return {
        "profile": "data-package",
        "name": NAME,
        "title": title,
        "created": created,
        "schema": VERSION,
        "sources": [{"title": each.title, "path": each.url} for each in sources()],
        "resources": [_resource(table, path) for table, path in files],
    }


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", f"A row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.", ""]
    lines += ["| column | type | empty? | meaning |", "| --- | --- | --- | --- |"]
    for column in table.columns:
        words = f" One of {', '.join(f'`{word}`' for word in column.words)}." if column.words else ""
        empty = "may be" if column.empty else "never"
        lines.append(f"| `{column.name}` | {column.type} | {empty} | {column.meaning.replace('|', '&#124;')}{words} |")
    return "\n".join(lines)


def _resource(table: Table, path: str) -> dict[str, Any]:
    suffix = path.rpartition(".")[2]
    return {
        "name": table.name,
        "path": path,
        "format": suffix,
        "encoding": "utf-8",
        "description": f"A row is {table.row}.",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.empty else {"required": True}
    if column.words:
        constraints["enum"] = list(column.words)
    described = {"name": column.name, "type": column.type, "description": column.meaning}
    return {**described, "constraints": constraints} if constraints else described
