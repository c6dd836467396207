"""The Nu Html Checker as an optional tool: found, kept running for a whole run, asked over loopback, offline."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

SETTING = "LOSI_VNU"
"""Environment variable that names the checker's jar."""

_RELEASES = "https://github.com/validator/validator/releases"

MAX_BODY = 2_000_000
"""Bytes of the largest document that is checked; the checker itself refuses more than 2 MiB."""

_GRACE = 5.0
"""Seconds the process has to end by itself."""

_NPM = ("/usr/local/lib/node_modules", "/usr/lib/node_modules", "/opt/homebrew/lib/node_modules")
_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-Dnu.validator.servlet.bind-address=127.0.0.1")
_TIED = """exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(read -r _ <&3; kill "$child" 2>/dev/null) &
watcher=$!
wait "$child"
kill "$watcher" 2>/dev/null
wait "$watcher"
"""
"""Runs a command until it ends or standard input closes, as it does when this process ends, whichever way it ends."""


@dataclass(frozen=True, slots=True)
class ValidatorPlace:
    """Where Java and the checker's jar are."""

    java: Path
    jar: Path


class ValidatorError(Exception):
    """The checker did not start, did not answer in time, or answered something else than a verdict."""


def find_validator(environ: Mapping[str, str] | None = None) -> ValidatorPlace | None:
    """The jar named by LOSI_VNU, else that of the environment's `share/losi`, else a global npm package; None without a
    jar or without Java. A LOSI_VNU that names no file is not replaced by another jar."""
    given = os.environ if environ is None else environ
    java, jar = _java(given), _jar(given)
    return ValidatorPlace(Path(java), jar.absolute()) if java and jar else None


def lacking(environ: Mapping[str, str] | None = None) -> str:
    """What is missing where `find_validator` finds none, and how to get it."""
    given = os.environ if environ is None else environ
    if _jar(given) is None:
        if named := given.get(SETTING):
            return f"{SETTING} names {named}, which is no file; name the vnu.jar of the Nu Html Checker"
        needs = "" if _java(given) else ", and install Java 11 or newer"
        return f"the Nu Html Checker is not here; get vnu.jar from {_RELEASES} and name it in {SETTING}{needs}"
    return "the Nu Html Checker needs Java; install Java 11 or newer"


def _java(given: Mapping[str, str]) -> str | None:
    home = given.get("JAVA_HOME", "")
    own = shutil.which(str(Path(home) / "bin" / "java")) if home else None
    return own or shutil.which("java", path=given.get("PATH"))


def _jar(given: Mapping[str, str]) -> Path | None:
    named = given.get(SETTING, "")
    places = [Path(named)] if named else [_of_environment(), *(Path(p) / "vnu-jar/build/dist/vnu.jar" for p in _NPM)]
    return next((place for place in places if place.is_file()), None)


def _of_environment() -> Path:
    return Path(sys.prefix) / "share" / "losi" / "vnu.jar"


class Validator:
    """One checker process for as long as the context is open. `start` and `timeout` (one document) in seconds.

    Raises ValidatorError on entering, where the checker does not start. It fetches nothing: documents are handed to it.
    """

    def __init__(self, place: ValidatorPlace, *, start: float = 60.0, timeout: float = 20.0) -> None:
        self._place = place
        self._start = start
        self._timeout = timeout
        self._process: asyncio.subprocess.Process | None = None
        self._client: aiohttp.ClientSession | None = None
        self._url = ""
        self.version = ""

    async def __aenter__(self) -> Validator:
        # A connection is not used twice: the checker hangs up on a document that it does not read to its end.
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), timeout=aiohttp.ClientTimeout(total=self._timeout)
        )
        try:
            async with asyncio.timeout(self._start):
                await self._open()
        except BaseException as error:
            await self.close()
            if isinstance(error, TimeoutError | OSError):
                raise ValidatorError(f"the checker did not start: {str(error) or 'no answer in time'}") from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _open(self) -> None:
        """Starts the process and waits until it answers; a port that somebody else took is given up for another."""
        probe = b"<!DOCTYPE html><html lang=en><title>x</title>"
        for _ in range(3):
            port = _free_port()
            self._url = f"http://127.0.0.1:{port}/?out=json"
            await self._spawn(port)
            while self._running():
                with suppress(aiohttp.ClientError, ValueError, TimeoutError):
                    told = str((await self._ask(probe, "text/html; charset=utf-8")).get("version", "")).split()
                    if told:
                        self.version = told[0]
                        return
                await asyncio.sleep(0.1)
        raise ValidatorError("the checker ended at once: is the Java too old, or the jar damaged?")

    async def _spawn(self, port: int) -> None:
        """Starts the process; asyncio, cancelled while it does so, would wait for ever (Python 3.11)."""
        await self._stop()
        starting = asyncio.ensure_future(self._started(port))
        try:
            self._process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._process = await starting
            raise

    async def _started(self, port: int) -> asyncio.subprocess.Process:
        java = (str(self._place.java), *_JVM, "-cp", str(self._place.jar), "nu.validator.servlet.Main", str(port))
        return await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            _TIED,
            "sh",
            *java,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    def _running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def messages(self, body: bytes, content_type: str) -> list[dict[str, Any]] | None:
        """The checker's messages on a document, as its JSON format gives them; None where it could not read it.

        Raises ValidatorError.
        """
        if len(body) > MAX_BODY:
            return None
        try:
            answer = await self._ask(body, content_type)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise ValidatorError(f"the checker gave no verdict: {str(error) or 'no answer in time'}") from error
        messages: list[dict[str, Any]] = answer.get("messages", [])
        return None if any(m.get("type") == "non-document-error" for m in messages) else messages

    async def _ask(self, body: bytes, content_type: str) -> dict[str, Any]:
        if self._client is None:
            raise ValidatorError("the checker is not open")
        async with self._client.post(self._url, data=body, headers={"Content-Type": content_type}) as answer:
            found = await answer.json(content_type=None)
        if not isinstance(found, dict):
            raise ValueError("it is no checker that answers")
        return found

    async def close(self) -> None:
        """Ends the process; nothing is left of it."""
        if self._client is not None:
            await self._client.close()
        await self._stop()

    async def _stop(self) -> None:
        """Lets the process end by closing its standard input; kills it where that does not help."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
