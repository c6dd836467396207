"""Documents that a home page links to, and documents in a page's place."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.crawler.loopback import page
from tests.lab.case import NEXT, Case, Reply, Route, Talk

_PDF = (("Content-Type", "application/pdf"),)


def _pdf(*objects: str, trailer: str = "/Root 1 0 R") -> bytes:
    """A document of these objects, with a right table of them."""
    body, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    return body + f"{end}<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{len(body)}\n%%EOF".encode()


_CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_SHOW = "BT /F1 12 Tf 72 720 Td (Budget of the town) Tj ET"
_PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
_TEXT = f"<< /Length {len(_SHOW)} >>\nstream\n{_SHOW}\nendstream"
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_GOOD = _pdf(_CATALOG, _PAGES, _PAGE, _TEXT, _FONT)
_ACTIVE = _pdf(
    "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\);while\\(1\\){}) >>"
    " /AA << /WC << /S /Launch /F (/bin/sh) >> >> >>",
    _PAGES,
    _PAGE,
    _TEXT,
    _FONT,
)
_LOCKED = _pdf(
    _CATALOG,
    _PAGES,
    _PAGE,
    _TEXT,
    _FONT,
    f"<< /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>",
    trailer=f"/Root 1 0 R /Encrypt 6 0 R /ID [<{'43' * 16}> <{'43' * 16}>]",
)


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"<w>" + b" " * 30_000_000)
    return out.getvalue()


async def _endless(talk: Talk) -> None:
    talk.head("Content-Type: application/pdf", "Connection: close")
    await talk.flow(_GOOD, times=1)
    await talk.flow(b"\0" * 10_000)


def _linked(name: str, document: Route, **more: Any) -> Case:
    """Linked between two pages; these are read."""
    home = page("Town", "/budget.pdf", "/next")
    return Case(
        name,
        pages=2,
        reads=("/next",),
        routes={"/": home, "/budget.pdf": document, "/next": NEXT},
        **more,
    )


CASES: tuple[Case, ...] = (
    _linked("a PDF", Reply(200, _PDF, _GOOD)),
    _linked("a PDF cut in half", Reply(200, _PDF, _GOOD[: len(_GOOD) // 2])),
    _linked("a PDF of noise", Reply(200, _PDF, b"%PDF-1.4\n" + bytes(range(256)) * 400)),
    _linked("an encrypted PDF", Reply(200, _PDF, _LOCKED)),
    _linked("a PDF with scripts", Reply(200, _PDF, _ACTIVE)),
    _linked("a PDF whose pages hold themselves", Reply(200, _PDF, _pdf(_CATALOG, _PAGES.replace("3 0", "2 0")))),
    _linked(
        "a PDF of a billion pages", Reply(200, _PDF, _pdf(_CATALOG, _PAGES.replace("Count 1", "Count 1000000000")))
    ),
    _linked(
        "a PDF of a page without end",
        Reply(
            200,
            _PDF,
            _pdf(_CATALOG, _PAGES, _PAGE, f"<< /Length 9999999 >>\nstream\n{_SHOW * 20_000}\nendstream", _FONT),
        ),
    ),
    _linked("a PDF of HTML", Reply(200, _PDF, page("A page").encode())),
    _linked("a PDF without end", _endless, options={"max_body": 1_000_000}),
    _linked("a document bomb", Reply(200, (("Content-Type", "application/msword"),), _zip_bomb())),
    _linked("HTML that is a PDF", Reply(200, (("Content-Type", "text/html"),), _GOOD)),
    _linked("a PDF that resets", Reply(200, (*_PDF, ("Content-Encoding", "gzip")), _GOOD)),
    Case("a PDF as portal", cause=None, pages=1, routes={"/": Reply(200, _PDF, _GOOD)}),
    Case("a broken PDF as portal", cause=None, outcome="", routes={"/": Reply(200, _PDF, _GOOD[:60])}),
)
