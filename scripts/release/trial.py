"""A fresh environment outside the checkout, the product in it, and the product at work: command, crawl, review app."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

CHECK = ("check", "--demo", "--no-browser", "--no-validity", "--json", "result.json", "--data", "data")
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
# Prints where the packages come from.
WHENCE = "import importlib, json, sys; print(json.dumps([importlib.import_module(x).__file__ for x in sys.argv[1:]]))"


class TrialError(Exception):
    """The product does not work as installed; the message holds what it said."""


def fresh(folder: Path) -> Path:
    """The Python of a new environment with nothing in it, not even pip."""
    venv.EnvBuilder(symlinks=True).create(folder)
    return folder / "bin" / "python"


def install(python: Path, *what: str | Path) -> None:
    """Has this environment's pip install into that one; `what` are archives, requirements and options of pip."""
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    _run([*pip, "install", "--quiet", *what], python.parent, os.environ)


def at_work(python: Path, folder: Path, version: str, packages: Sequence[str]) -> dict[str, str]:
    """Runs the installed product in a folder outside the checkout; the state of every answer by its code.

    Raises TrialError when something fails, or when one of the packages does not come from the environment.
    """
    # not resolved: the environment's Python is a link to the one it was made with
    programs = python.parent
    variables = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "LOSI_REVIEW_JOBS": "false"}
    told = _run([programs / "losi", "--version"], folder, variables)
    if version not in told.split():
        raise TrialError(f"losi --version says {told.strip()!r}, not {version}")
    places = json.loads(_run([python, "-c", WHENCE, *packages], folder, variables))
    if foreign := [place for place in places if not Path(place).is_relative_to(programs.parent)]:
        raise TrialError(f"taken from elsewhere: {', '.join(foreign)}")
    _run([programs / "losi", *CHECK], folder, variables)
    review: list[str | Path] = [programs / "losi", "review", "--data", "data"]
    _run([*review, "--create-admin", "ana"], folder, variables)
    with _reserved_port() as port, _served([*review, "--port", str(port)], port, folder, variables):
        _read_pages(port)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return {answer["code"]: answer["state"] for answer in result["questionnaire"]}


def _read_pages(port: int) -> None:
    """The login page in every language, a style and a script: templates, catalogues and static files are there."""
    titles = set()
    for language in LANGUAGES:
        text = _get(port, "/login", language)
        if f'<html lang="{language}"' not in text:
            raise TrialError(f"the login page does not come in {language}")
        titles.add(text.partition("<title>")[2].partition("</title>")[0])
    if len(titles) != len(LANGUAGES):
        raise TrialError(f"the login page is not translated everywhere: {sorted(titles)}")
    for path in ("/static/review.css", "/static/card.js"):
        _get(port, path)


def _get(port: int, path: str, language: str = "en") -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Accept-Language": language})
        answer = connection.getresponse()
        body = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200 or not body:
        raise TrialError(f"{path}: {answer.status} {body[:500]}")
    return body


@contextmanager
def _reserved_port() -> Iterator[int]:
    """A port that nobody else is given: held without listening, so that the server which is told of it may take it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def _served(command: list[str | Path], port: int, folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """The review app, as people start it, while it listens on the port."""
    with (folder / "review.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
    try:
        _await(port, process)
        yield
    except (OSError, HTTPException) as error:
        raise TrialError(f"losi review: {error}; {(folder / 'review.log').read_text()[-2000:]}") from error
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _run(command: Sequence[Path | str], folder: Path, variables: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
