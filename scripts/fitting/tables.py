"""Writes fitted numbers into a TOML file of the product, its comments kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

Value = Sequence[float] | float | int | str


def put(file: Path, section: str, key: str, value: Value) -> None:
    """Replaces the value of `key` in `[section]` ("" for what stands before the first); KeyError if it is not there."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    current = ""
    for number, line in enumerate(lines):
        header = re.match(r"\[([\w.]+)\]", line)
        if header:
            current = header[1]
        elif current == section and (match := re.match(rf"{re.escape(key)} = ([^#\n]*?)(\s*#.*)?\n", line)):
            if not _same(tomllib.loads(f"x = {match[1]}")["x"], value):
                lines[number] = f"{key} = {_toml(value)}{match[2] or ''}\n"
                file.write_text("".join(lines), encoding="utf-8")
            return
    raise KeyError(f"{file.name}: [{section}] {key}")


def rewrite(file: Path, section: str, values: Mapping[str, float]) -> None:
    """The whole of `[section]`, which is the last of the file, with these values; KeyError if it is not there."""
    head, found, _ = file.read_text(encoding="utf-8").partition(f"[{section}]\n")
    if not found:
        raise KeyError(f"{file.name}: [{section}]")
    rows = "".join(f"{_toml(key)} = {_toml(value)}\n" for key, value in values.items())
    file.write_text(head + found + rows, encoding="utf-8")


def _same(old: object, new: Value) -> bool:
    return list(old) == list(new) if isinstance(old, list) and isinstance(new, Sequence) else old == new


def _toml(value: Value) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, float | int):
        return f"{value:g}"
    return "[" + ", ".join(f"{number:g}" for number in value) + "]"
