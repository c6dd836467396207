"""A site to measure on: pages as a municipality's content management system writes them, the same for the same size."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page weighs: bytes, at least; its links; how many of them every page of a language has in its menus."""

    markup: int = 45_000
    links: int = 115
    menu: int = 60


USUAL = Shape()
_TOPICS = {
    "es": (
        "presupuesto",
        "contratación",
        "trámites",
        "transparencia",
        "noticias",
        "agenda",
        "urbanismo",
        "cultura",
        "deportes",
        "hacienda",
        "padrón",
        "movilidad",
        "vivienda",
        "empleo",
        "participación",
        "sede electrónica",
        "pleno",
        "ordenanzas",
    ),
    "en": (
        "budget",
        "procurement",
        "services",
        "transparency",
        "news",
        "events",
        "planning",
        "culture",
        "sports",
        "taxes",
        "registry",
        "transport",
        "housing",
        "employment",
        "participation",
        "permits",
        "council",
        "bylaws",
    ),
}
_WORDS = {
    "es": (
        "el ayuntamiento publica la información sobre los servicios que presta a la ciudadanía y las normas que rigen "
        "de acuerdo con la ley cada persona puede consultar el expediente y presentar una solicitud en plazo de quince "
        "días hábiles ante el registro general del municipio"
    ).split(),
    "en": (
        "the council publishes information about the services it offers to residents and the rules by which they are "
        "given every person may consult the file and submit an application within fifteen working days at the general "
        "registry of the municipality in accordance with the law"
    ).split(),
}


def write_site(folder: Path, pages: int, shape: Shape = USUAL) -> None:
    """Writes `pages` HTML files and a robots.txt; page 0 is the home page, every page can be reached."""
    (folder / "p").mkdir(parents=True, exist_ok=True)
    (folder / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    for number in range(pages):
        (folder / path_of(number).lstrip("/")).write_text(generated_page(number, pages, shape), encoding="utf-8")


def path_of(number: int) -> str:
    """The path of a page."""
    return f"/p/{number}.html" if number else "/index.html"


def generated_page(number: int, pages: int, shape: Shape = USUAL) -> str:
    """The HTML of one page of a site of so many."""
    random = Random(number)
    language = "en" if number % 3 == 2 else "es"
    near = [number * 8 + step for step in range(1, 9) if number * 8 + step < pages]
    menu = [place * 7 % pages for place in range(shape.menu)]
    targets = menu + near + [random.randrange(pages) for _ in range(shape.links - shape.menu - len(near))]
    labels = [f"{_TOPICS[language][t % 18].capitalize()} {t}" for t in menu]
    labels += [f"{random.choice(_TOPICS[language]).capitalize()} {t}" for t in targets[shape.menu :]]
    links = [
        f'<li id="menu-item-{t}" class="menu-item menu-item-type-page menu-item-object"><a href="{path_of(t)}">'
        f'<span class="menu-text">{label}</span></a></li>'
        for t, label in zip(targets, labels, strict=True)
    ]
    top = shape.menu * 2 // 3
    title = f"{random.choice(_TOPICS[language]).capitalize()} {number}"
    head = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} - Villa Ejemplo</title>'
        f'<meta name="description" content="{title}"><link rel="stylesheet" href="/s.css"></head><body class="page">'
        f'<header class="site-header"><nav><ul>{"".join(links[:top])}</ul></nav></header><main id="content">'
        f"<h1>{title}</h1>"
    )
    aside, footer = "".join(links[shape.menu :]), "".join(links[top : shape.menu])
    tail = f"</main><aside><ul>{aside}</ul></aside><footer><ul>{footer}</ul></footer></body></html>"
    return head + _paragraphs(random, language, shape.markup - len(head) - len(tail)) + tail


def _paragraphs(random: Random, language: str, size: int) -> str:
    parts: list[str] = []
    while size > 0:
        words = " ".join(random.choices(_WORDS[language], k=70))
        parts.append(
            f'<div class="wp-block-group"><h2>{random.choice(_TOPICS[language])}</h2><p>{words.capitalize()}.</p></div>'
        )
        size -= len(parts[-1])
    return "".join(parts)


@contextmanager
def served(folder: Path, log: Path | None = None) -> Iterator[str]:
    """Serves a folder on loopback, with nginx where it is installed; gives the address of the home page.

    Every request answered is a line of `log`; without one nothing is written.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        errors = subprocess.DEVNULL if log is None else stack.enter_context(log.open("ab"))
        command = _server_command(folder, port, log)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}{path_of(0)}"
        finally:
            process.terminate()
            process.wait(10)


def server_name() -> str:
    """What `served` serves with."""
    return "nginx" if _nginx() else "Python's http.server (nginx is not installed)"


def _nginx() -> str | None:
    return shutil.which("nginx", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin")


def _server_command(folder: Path, port: int, log: Path | None) -> list[str]:
    nginx = _nginx()
    if nginx is None:
        return [
            sys.executable,
            "-m",
            "http.server",
            str(port),
            "--bind",
            "127.0.0.1",
            "--directory",
            str(folder),
            "--protocol",
            "HTTP/1.1",
        ]
    work = folder.parent / "nginx"
    work.mkdir(exist_ok=True)
    temporary = "".join(
        f"{name}_temp_path {work}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    folder.chmod(0o755)
    folder.parent.chmod(0o755)
    (work / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {work}/pid; error_log {work}/error.log; events {{}}\n"
        f"http {{ access_log {log or 'off'}; {temporary} types {{ text/html html; text/plain txt; }}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; keepalive_requests 100000; }} }}\n"
    )
    return [nginx, "-p", str(work), "-c", str(work / "nginx.conf")]


def _wait_for(port: int) -> None:
    deadline = monotonic() + 10
    while monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise RuntimeError("the benchmark's web server did not start")
