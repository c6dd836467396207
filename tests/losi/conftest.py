"""A run with one finding of every kind, the hostile ones included; and the command, called as users call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.result import PortalTarget, RunResult
from detectors.conclude import Finding, SearchCertificate
from detectors.observation import Observation

SEARCHED = SearchCertificate(pages=41, languages=(("es", 33), ("en", 8)), exhausted=True, sitemap=True)
CUT_SHORT = SearchCertificate(pages=12, languages=(("es", 12),), left=230, outcome="partial", cause="budget")
NOT_FOUND = "Not found on 41 pages read."
OPEN = "Too few pages were read: 5. Allow more pages."


@pytest.fixture
def budget() -> Observation:
    """A proof whose quote has two marked words and a gloss."""
    return Observation(
        feature="budget.publication",
        kind="link",
        strength=0.93,
        quote="Presupuesto municipal 2026 (PDF)",
        why="the label of a link in the main menu contains 'presupuesto municipal'",
        href="https://www.villa.example/presupuesto.pdf",
        selector="nav > ul > li:nth-child(3) > a",
        matched=((0, 11), (12, 21)),
        gloss="municipal budget",
        detector="budget",
        version="1",
        url="https://www.villa.example/transparencia",
        capture=7,
        zone="nav",
        language="es",
    )


@pytest.fixture
def hostile() -> Observation:
    """A proof taken from a page that attacks whoever shows it."""
    return Observation(
        feature="search.internal",
        kind="content",
        strength=0.8,
        quote="</bdi><script>alert(1)</script> =HYPERLINK(1)",
        why="a form with the caption '<img src=x onerror=alert(2)>'",
        href="javascript:alert(3)",
        matched=((-5, 4), (2, 9999)),
        gloss='"><b>',
        detector="search",
        version="1",
        url="javascript:alert(4)//https://www.villa.example/",
        capture=2,
    )


@pytest.fixture
def findings(budget: Observation, hostile: Observation) -> tuple[Finding, ...]:
    """Present (plain and hostile), absent, unknown, manual."""
    signed = (("budget", "1"),)
    return (
        Finding("budget.publication", "present", "", 0.97, (budget,), (), signed, SEARCHED),
        Finding("search.internal", "present", "", 0.81, (hostile,), (hostile,), (("search", "1"),), SEARCHED),
        Finding("participation.e_voting", "absent", "", 0.9, (), (), (("e-voting", "1"),), SEARCHED, NOT_FOUND),
        Finding("support.live_chat", "unknown", "budget", 0.4, (), (), (("chat", "1"),), CUT_SHORT, OPEN),
        Finding("contact.responsiveness", "manual", "", 1.0, certificate=SEARCHED),
    )


@pytest.fixture
def result(findings: tuple[Finding, ...]) -> RunResult:
    """A finished run over a fictional city portal."""
    return RunResult(
        portal=PortalTarget("https://www.villa.example/", "Villa <Nueva>", "ESP", "city"),
        edition="losi-2024",
        outcome="ok",
        cause="",
        message="",
        pages=41,
        requests=55,
        bytes=1_234_567,
        seconds=12.3456,
        languages=("es", "en"),
        findings=findings,
        run_id=3,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended; `lines` are those of stderr."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


Losi = Callable[..., Done]

OFFLINE = """
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        os.write(2, f"touched the network: {event} {arguments}\\n".encode())
        os._exit(97)
sys.addaudithook(refuse)
from losi.cli import main
main(prog_name="losi")
"""


def run(*command: str, cwd: Path, **environment: str) -> Done:
    """Run a program in `cwd` to its end."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LOSI_")}
    environment = {"LOSI_BROWSER": "0", "LOSI_VALIDITY": "0", **environment}
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **environment}, capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def losi(tmp_path: Path) -> Losi:
    """The command as users call it, in a process of its own, in an empty folder."""

    def call(*arguments: str, cwd: Path = tmp_path, **environment: str) -> Done:
        return run(sys.executable, "-m", "losi", *arguments, cwd=cwd, **environment)

    return call


@pytest.fixture
def offline(tmp_path: Path) -> Losi:
    """The command in a process that dies with exit code 97 as soon as it asks for a name or opens a connection."""

    def call(*arguments: str, cwd: Path = tmp_path, **environment: str) -> Done:
        return run(sys.executable, "-c", OFFLINE, *arguments, cwd=cwd, **environment)

    return call


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder in which the bundled portal was checked once, and how that ended."""

    folder: Path
    done: Done

    @property
    def data(self) -> str:
        return str(self.folder / "losi-data")

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return document


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The bundled portal, checked by the command; commands that only read may share it."""
    folder = tmp_path_factory.mktemp("checked")
    return Checked(folder, run(sys.executable, "-c", OFFLINE, "check", "--demo", "--json", "run.json", cwd=folder))
