"""Text of PDF documents, made by hand here."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from detectors.page import Page
from detectors.page.documents import MAX_PAGES, pdf_text


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF with one line of Latin text on each page; a title that begins with `<` is one in hexadecimal."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, line in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< /Title {title if title.startswith('<') else f'({title})'} >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n"
    return out + f"{trailer}{out.index(b'xref')}\n%%EOF\n".encode()


def test_title_and_lines() -> None:
    document = pdf_text(pdf("Municipal budget 2026", "Revenue and expenditure", title="Budget book"))
    assert document.title == "Budget book"
    assert document.lines == ("Municipal budget 2026", "Revenue and expenditure")


def test_the_first_line_stands_for_a_missing_title() -> None:
    assert pdf_text(pdf("Municipal budget 2026")).title == "Municipal budget 2026"


def test_a_title_cut_inside_a_character_does_not_hide_the_text() -> None:
    document = pdf_text(pdf("Municipal budget 2026", title="<FEFF00420075D800>"))
    assert document.title == document.lines[0] == "Municipal budget 2026"


def test_only_the_first_pages_are_read() -> None:
    assert len(pdf_text(pdf(*(f"Page {n}" for n in range(10)))).lines) == MAX_PAGES


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4", b"%PDF-1.7\n\x00garbage", pdf("x")[:120]])
def test_a_broken_document_is_empty(body: bytes) -> None:
    assert pdf_text(body).lines == ()


def test_a_cut_document_gives_what_can_be_read_or_nothing() -> None:
    whole = pdf("Municipal budget 2026")
    for length in range(0, len(whole), 25):
        assert set(pdf_text(whole[:length]).lines) <= {"Municipal budget 2026"}


def test_a_pdf_page_speaks_through_the_same_view(make_page: Callable[..., Page]) -> None:
    page = make_page(pdf("The municipal budget was adopted by the council.", title="Budget"), content_type="text/html")
    assert page.kind == "pdf"
    assert page.title == "Budget"
    assert page.text == "The municipal budget was adopted by the council."
    assert page.language == "en"
    assert [hit.segment.kind for hit in page.hits.feature("budget.publication")] == ["title", "text", "text"]
    assert (list(page.links), list(page.forms), page.jsonld, page.meta) == ([], [], [], {})


def test_reading_a_document_is_quick() -> None:
    start = process_time()
    pdf_text(pdf(*("word " * 200 for _ in range(50))))
    assert process_time() - start < 1.0
