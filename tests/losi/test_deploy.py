"""What lies in deploy/ starts commands that exist, with options that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]

from losi.cli import main

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
DOCS = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
TOLD = re.findall(r"docker\s+compose\s+(run --rm [^`\n<>]+|(?:exec|cp|up|stop) [^`\n<>]+)", DOCS)
"""The commands for compose that the docs give, without `docker compose`."""


def parsed(words: list[str]) -> str:
    """The command that the words name; fails where it does not take them."""
    command = main.commands[words[0]]
    assert isinstance(command, click.Command)
    with command.make_context(words[0], words[1:]) as context:
        return context.info_name or ""


def test_services_of_compose_start_commands() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    commands = {name: service["command"] for name, service in services.items() if "command" in service}
    filled = {name: [re.sub(r"\$\{\w+:-(.*?)\}", r"\1", word) for word in words] for name, words in commands.items()}
    assert {name: parsed(words) for name, words in filled.items()} == {"worker": "worker", "review": "review"}


@pytest.mark.parametrize("line", TOLD)
def test_commands_for_compose_name_services_and_commands_that_exist(line: str) -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    words = shlex.split(line.strip())
    at = next(number for number, word in enumerate(words) if word.partition("=")[0].partition(":")[0] in services)
    if words[0] != "run" or "--entrypoint" in words:
        return
    command, rest = main.commands[words[at + 1]], words[at + 2 :]
    if isinstance(command, click.Group):
        command, rest = command.commands[rest[0]], rest[1:]
    with command.make_context(line, rest) as context:
        assert not context.args


def test_the_docs_give_commands_for_compose() -> None:
    assert len(TOLD) > 15
    assert {line.split()[0] for line in TOLD} == {"run", "exec", "cp", "up", "stop"}


def test_what_the_image_copies_is_not_kept_from_it() -> None:
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert {"losi", "pyproject.toml"} <= {word for line in copied for word in line.split()}
    assert not {word for line in copied for word in line.split()} & set(kept)


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text())) - {"LOSI_IMAGE"}
    told = set(re.findall(r"^#?(\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert used <= told


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_commands_and_are_understood(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    start = re.search(r"^ExecStart=\S+/losi (.*)$", text, re.MULTILINE)
    assert start is not None
    assert parsed(shlex.split(start[1].replace("%i", "1"))) == path.name.removesuffix(".service")[5:].rstrip("@")
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here, so the unit was not verified")
    copy = tmp_path / path.name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_copies_every_package() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    packages = (DEPLOY.parent / "pyproject.toml").read_text()
    listed = re.search(r"^\[tool\.hatch\.build\.targets\.wheel\]\npackages = \[(.*)\]", packages, re.MULTILINE)
    assert listed is not None
    assert copied == set(re.findall(r'"(\w+)"', listed[1]))
