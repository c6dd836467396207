"""The data set: three formats with the same rows, described by one schema; safe for spreadsheets."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from losi.cells import cell
from review.publish import schema
from review.publish.dataset import write_dataset
from review.publish.formats import FORMATS, Format, csv_cell
from review.publish.provenance import sources
from review.publish.scope import scope_of
from storage.models import Portal
from survey.scoring import as_published, osi_weights
from tests.review.conftest import World

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DICTIONARY = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


@pytest.fixture
def filled(world: World) -> World:
    world.run("https://a.example/", said={"info.news": "present", "search.internal": "unknown"})
    world.run("https://b.example/")
    with world.database.session() as session:
        session.get_one(Portal, 1).country = "PER"
        session.get_one(Portal, 1).name = '=HYPERLINK("x")'
    return world


def written(world: World, wanted: Format) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table as read back."""
    folder = world.data / wanted
    with world.database.reader() as session:
        write_dataset(session, scope_of(session, None, date(2027, 3, 1)), folder, wanted, NOW)
    return {table.name: read(folder / f"{table.name}.{wanted}") for table in schema.TABLES}


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    if path.suffix == ".json":
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["table"] == path.stem
        rows: list[dict[str, Any]] = document["rows"]
        return rows
    parquet = pytest.importorskip("pyarrow.parquet")
    found: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return found


@pytest.mark.parametrize("wanted", FORMATS)
def test_every_table_has_the_columns_of_the_schema(filled: World, wanted: Format) -> None:
    tables = written(filled, wanted)
    for table in schema.TABLES:
        for row in tables[table.name]:
            assert list(row) == [column.name for column in table.columns]
    assert {name: len(rows) for name, rows in tables.items()} == {
        "portals": 2, "answers": 190, "criteria": 12, "groups": len(tables["groups"]), "coverage": 5, "claims": 0,
    }  # fmt: skip


def test_json_and_parquet_say_the_same(filled: World) -> None:
    as_json, as_parquet = written(filled, "json"), written(filled, "parquet")
    for name in ("answers", "criteria", "groups", "coverage"):
        assert as_json[name] == as_parquet[name]
    assert [row["visited"] for row in as_json["portals"]] == ["2027-03-01T12:00:00+00:00"] * 2
    assert as_parquet["portals"][0]["visited"] == datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("wanted", ["json", "parquet"])
def test_cells_are_empty_only_where_the_schema_says_so(filled: World, wanted: Format) -> None:
    tables = written(filled, wanted)
    for table in schema.TABLES:
        for column in table.columns:
            values = [row[column.name] for row in tables[table.name]]
            assert column.empty or None not in values, f"{table.name}.{column.name}"
            assert not column.words or {value for value in values if value is not None} <= set(column.words)


def test_what_nobody_knows_is_empty_and_no_is_zero(filled: World) -> None:
    answers = {(row["portal"], row["state"]): row["value"] for row in written(filled, "json")["answers"]}
    assert answers[1, "present"] == 1
    assert answers[1, "absent"] == 0
    assert answers[1, "unknown"] is None


def test_a_confidence_is_told_only_where_the_program_said_yes_or_no(filled: World) -> None:
    answers = written(filled, "json")["answers"]
    told = {(row["state"], row["confidence"]) for row in answers}
    assert told == {("present", 0.9), ("absent", 0.9), ("unknown", None)}


def test_the_index_can_be_computed_from_the_dictionary(filled: World) -> None:
    rows = [line.strip("| ").split(" | ") for line in schema.dictionary().splitlines() if line.startswith("| `losi-")]
    divided = {row[0].strip("`"): (int(row[1]), int(row[2])) for row in rows}
    for portal in written(filled, "json")["portals"]:
        questions, by = divided[portal["edition"]]
        assert (portal["questions"], portal["index"]) == (questions, as_published(portal["yes"] / by))
    for name, weight in osi_weights().items():
        assert f"{name} {weight:.2f}" in schema.dictionary()


def test_what_was_taken_from_others_names_its_source(filled: World) -> None:
    named = {name for each in sources() for name in each.columns}
    known = {f"{table.name}.{column.name}" for table in schema.TABLES for column in table.columns}
    assert named <= known
    assert {"portals.osi", "portals.income", "portals.groups", "portals.region"} <= named
    written(filled, "csv")
    package = json.loads((filled.data / "csv" / schema_file()).read_text(encoding="utf-8"))
    assert [each["title"] for each in package["sources"]] == [each.title for each in sources()]
    assert all(each["path"].startswith("https://") for each in package["sources"])


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_every_sign_that_begins_a_formula_is_kept_from_doing_so(sign: str) -> None:
    assert csv_cell(f"{sign}A1") == cell(f"{sign}A1") == f"'{sign}A1"
    assert csv_cell(f" {sign}1+1").startswith("' ")


def test_no_cell_is_a_formula(filled: World) -> None:
    assert '\'=HYPERLINK("x")' in {row["name"] for row in written(filled, "csv")["portals"]}
    assert '=HYPERLINK("x")' in {row["name"] for row in written(filled, "json")["portals"]}


def test_the_descriptor_names_files_and_fields(filled: World) -> None:
    written(filled, "csv")
    package = json.loads((filled.data / "csv" / schema_file()).read_text(encoding="utf-8"))
    assert [each["path"] for each in package["resources"]] == [f"{table.name}.csv" for table in schema.TABLES]
    for resource in package["resources"]:
        assert (filled.data / "csv" / resource["path"]).exists()
        fields = {field["name"] for field in resource["schema"]["fields"]}
        assert set(resource["schema"]["primaryKey"]) <= fields


def schema_file() -> str:
    from review.publish.dataset import DESCRIPTOR

    return DESCRIPTOR


@pytest.mark.parametrize("name", ["portals", "answers", "criteria", "groups", "coverage"])
def test_keys_name_one_row(filled: World, name: str) -> None:
    table = next(table for table in schema.TABLES if table.name == name)
    keys = [tuple(row[column] for column in table.key) for row in written(filled, "json")[name]]
    assert len(keys) == len(set(keys)) > 0


def test_the_documentation_is_the_schema() -> None:
    assert DICTIONARY.read_text(encoding="utf-8") == schema.dictionary()


def test_tables_of_an_earlier_format_go_and_files_of_others_stay(filled: World, tmp_path: Path) -> None:
    folder = tmp_path / "set"

    def write(wanted: Format) -> set[str]:
        with filled.database.reader() as session:
            files = write_dataset(session, scope_of(session, None, date(2027, 3, 1)), folder, wanted, NOW).files
        return {path.name for path in files}

    assert write("csv") == {path.name for path in folder.iterdir()}
    (folder / "notes.csv").write_text("mine", encoding="utf-8")
    (folder / "answers.json").write_text("mine", encoding="utf-8")
    assert write("parquet") | {"notes.csv", "answers.json"} == {path.name for path in folder.iterdir()}
    (folder / "answers.csv").write_text("mine", encoding="utf-8")
    assert write("parquet") | {"notes.csv", "answers.json", "answers.csv"} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "descriptor",
    [
        '{"name": "theirs", "resources": [{"path": "answers.csv"}]}',
        '{"name": "losi-scout", "resources": [{"path": "../answers.csv"}, {"path": "other.csv"}]}',
        '{"name": "losi-scout", "resources": [{"path": ["answers.csv"]}]}',
        '{"name": "losi-scout", "resources": 3}',
        "[" * 100_000,
        "half a",
    ],
    ids=range(6),
)
def test_a_descriptor_of_somebody_else_takes_nothing_away(filled: World, tmp_path: Path, descriptor: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    others = [folder / "answers.csv", folder / "other.csv", tmp_path / "answers.csv"]
    for path in others:
        path.write_text("mine", encoding="utf-8")
    (folder / "datapackage.json").write_text(descriptor, encoding="utf-8")
    with filled.database.reader() as session:
        write_dataset(session, scope_of(session, None, date(2027, 3, 1)), folder, "json", NOW)
    assert [path.read_text(encoding="utf-8") for path in others] == ["mine"] * 3
