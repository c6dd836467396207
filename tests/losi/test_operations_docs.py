"""docs/operations.md names every metric of a worker, and only commands and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click

from crawler.metrics import WorkerMetrics
from losi.cli import main

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_is_told() -> None:
    told = set(re.findall(r"^\| `(losi_\w+)", TEXT, re.MULTILINE))
    made = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in WorkerMetrics().registry.collect()
        if metric.name.startswith("losi_")
    }
    assert told == made | {"losi_cycle_portals", "losi_queue"}


def test_every_command_that_is_told_exists() -> None:
    found = re.findall(r"^(?:/opt/losi/bin/)?losi ((?:[a-z]+ )?[a-z]+)((?: .*)?)$", TEXT, re.MULTILINE)
    assert len(found) > 8
    for words, rest in found:
        command: click.Command = main
        for word in words.split():
            if isinstance(command, click.Group):
                command = command.commands[word]
        options = {name for parameter in command.params for name in parameter.opts}
        named = re.findall(r"(?<=\s)--[a-z-]+", rest.partition("#")[0])
        assert set(named) <= options, (words, named)
