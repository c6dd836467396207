"""Writes rows of a published table as CSV, JSON or Parquet, as they come."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, Literal, get_args

from review.cells import guarded
from review.errors import Refused
from review.publish.rows import Row
from review.publish.schema import VERSION, Column, Table

Format = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
Write = Callable[[Row], None]
GROUP = 20_000
"""Rows that Parquet gathers before it writes them."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@contextmanager
def table_writer(path: Path, table: Table, wanted: Format) -> Iterator[Write]:
    """A function that takes the rows of a table; the file is whole when the context ends. Raises OSError, `Refused`."""
    opened = {"csv": _csv, "json": _json, "parquet": _parquet}[wanted]
    with opened(path, table) as write:
        yield write


@contextmanager
def _csv(path: Path, table: Table) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(column.name for column in table.columns)
        yield lambda row: out.writerow([csv_cell(value) for value in row])


@contextmanager
def _json(path: Path, table: Table) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f'{{"schema": {VERSION}, "table": "{table.name}", "rows": [')
        separators = iter(("\n",))

        def write(row: Row) -> None:
            stream.write(next(separators, ",\n") + json.dumps(named(table, row), ensure_ascii=False))

        yield write
        stream.write("\n]}\n")


@contextmanager
def _parquet(path: Path, table: Table) -> Iterator[Write]:
    arrow, parquet = arrow_modules()
    schema = arrow.schema([_arrow_field(arrow, column) for column in table.columns])
    waiting: list[Row] = []
    with parquet.ParquetWriter(str(path), schema, compression="zstd") as out:

        def flush() -> None:
            columns: Sequence[Sequence[Any]] = list(zip(*waiting, strict=True)) or [()] * len(schema)
            arrays = [
                arrow.array([_clean(value) for value in values], field.type)
                for values, field in zip(columns, schema, strict=True)
            ]
            out.write_table(arrow.table(arrays, schema=schema))
            waiting.clear()

        def write(row: Row) -> None:
            waiting.append(row)
            if len(waiting) >= GROUP:
                flush()

        yield write
        flush()


def arrow_modules() -> tuple[Any, Any]:
    """The modules pyarrow and pyarrow.parquet; raises `Refused` where they are not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise Refused("Parquet needs the package pyarrow", "pip install 'losi-scout[parquet]'") from error


def named(table: Table, row: Row) -> dict[str, Any]:
    """A row as JSON has it: by column, moments as ISO 8601."""
    return {column.name: _plain(value) for column, value in zip(table.columns, row, strict=True)}


def csv_lines(table: Table, rows: Iterable[Row]) -> Iterator[str]:
    """A table as lines of CSV, the names of its columns first."""
    yield csv_line([column.name for column in table.columns])
    yield from map(csv_line, rows)


def csv_line(values: Sequence[Any]) -> str:
    """One line of CSV."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow([csv_cell(value) for value in values])
    return out.getvalue()


def csv_cell(value: Any) -> str:
    """A cell: numbers as they are, moments as ISO 8601, text that no spreadsheet takes for a formula (OWASP)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "" if value is None else str(_plain(value))
    return guarded(_CONTROL.sub(" ", _clean(value)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return _clean(value)


def _clean(value: Any) -> Any:
    """Text without lone surrogates, which no file in UTF-8 can hold."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _arrow_field(arrow: Any, column: Column) -> Any:
    types = {
        "string": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "datetime": arrow.timestamp("us", tz="UTC"),
    }
    return arrow.field(column.name, types[column.type], nullable=column.empty, metadata={"meaning": column.meaning})
