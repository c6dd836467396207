"""The first pages of a document as text: PDF through pdfium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.page.elements import Block

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_PAGES = 3
MAX_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class DocumentText:
    """Title and lines of the first pages; empty for a broken, encrypted or scanned document."""

    title: str
    lines: tuple[str, ...]


def pdf_text(body: bytes) -> DocumentText:
    """Text of the first MAX_PAGES pages. Never raises: what cannot be read is empty."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError:
        return DocumentText("", ())
    try:
        title = _title(document)
        lines: list[str] = []
        for number in range(min(MAX_PAGES, len(document))):
            page = document[number]
            lines += [
                line.strip() for line in page.get_textpage().get_text_range()[:MAX_CHARS].splitlines() if line.strip()
            ]
        return DocumentText(title or (lines[0][:200] if lines else ""), tuple(lines[:1000]))
    except pypdfium2.PdfiumError:
        return DocumentText("", ())
    finally:
        document.close()


def _title(document: PdfDocument) -> str:
    """The title among the metadata; empty where it is no text, as one that was cut inside a character."""
    try:
        return str(document.get_metadata_value("Title")).replace("\0", "").strip()
    except UnicodeDecodeError:
        return ""


def blocks(document: DocumentText) -> list[Block]:
    """The lines as text blocks of the main zone."""
    return [Block(line, "main", "p") for line in document.lines]
