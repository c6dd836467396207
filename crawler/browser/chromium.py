"""Finds a Chromium and starts it so that nothing it asks for can reach the network by itself."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

SETTING = "LOSI_CHROMIUM"
"""Environment variable that names the browser's program."""

MEND = f"run `playwright install chromium`, install Chromium, or name its program in {SETTING}"
_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LAUNCH_MS = 30_000.0
_NOWHERE = {"server": "http://proxy.invalid:9"}
"""Whatever were not intercepted, a redirect or a socket, would go to this proxy, which does not exist."""

_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
    "--disable-features=DialMediaRouteProvider,MediaRouter,OptimizationHints,Translate",
)


class NoBrowserError(Exception):
    """There is no browser that could be started; the message says so with the mend."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; {MEND}")


async def launch(playwright: Playwright, program: str = "") -> Browser:
    """Starts `program`, else the one LOSI_CHROMIUM names, else Playwright's own, else the system's.

    Raises `NoBrowserError`.
    """
    named = program or os.environ.get(SETTING, "")
    if named:
        return await _first(playwright, [named])
    found = [path for name in _SYSTEM if (path := shutil.which(name))]
    return await _first(playwright, ["", *found[:1]])


async def _first(playwright: Playwright, programs: list[str]) -> Browser:
    why = ""
    for program in programs:
        for sandbox in _sandboxes():
            try:
                return await _start(playwright, program, sandbox)
            except Error as error:
                why = _reason(program, error)
                if _is_missing(error):
                    break
    raise NoBrowserError(why)


async def _start(playwright: Playwright, program: str, sandbox: bool) -> Browser:
    options: dict[str, Any] = {"executable_path": program} if program else {}
    return await playwright.chromium.launch(
        proxy=_NOWHERE,  # type: ignore[arg-type]
        args=list(_ARGUMENTS),
        chromium_sandbox=sandbox,
        timeout=_LAUNCH_MS,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
        **options,
    )


def _sandboxes() -> tuple[bool, ...]:
    """With the sandbox, then without: it cannot be had by root, nor in many containers."""
    return (False,) if hasattr(os, "geteuid") and os.geteuid() == 0 else (True, False)


def _is_missing(error: Error) -> bool:
    return "doesn't exist" in error.message or "ENOENT" in error.message


def _reason(program: str, error: Error) -> str:
    if _is_missing(error):
        return f"there is no browser at {program}" if program else "no Chromium is installed"
    return f"{program or 'Chromium'} does not start ({error.message.splitlines()[0].strip()[:200]})"
