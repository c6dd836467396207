"""The documents of the demo city: small writers of text PDF, XLSX and CSV whose bytes never vary."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Cell = str | int
Row = Sequence[Cell]
_TOP, _LEFT, _LEADING, _LINES_PER_PAGE = 780, 60, 18, 38
_EPOCH = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One PDF page: a heading, lines of text, and rows of (label, amount) set in two columns."""

    heading: str
    lines: Sequence[str] = ()
    rows: Sequence[tuple[str, str]] = ()


def _literal(text: str) -> bytes:
    raw = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + raw + b")"


def _text(x: int, y: int, font: str, size: int, text: str) -> bytes:
    return f"BT /{font} {size} Tf {x} {y} Td ".encode() + _literal(text) + b" Tj ET\n"


def _content(sheet: Sheet, number: int) -> bytes:
    if len(sheet.lines) + len(sheet.rows) > _LINES_PER_PAGE:
        raise ValueError(f"too much for one page: {sheet.heading}")
    out, y = _text(_LEFT, _TOP, "F2", 16, sheet.heading), _TOP - 2 * _LEADING
    for line in sheet.lines:
        out, y = out + _text(_LEFT, y, "F1", 11, line), y - _LEADING
    for label, amount in sheet.rows:
        out += _text(_LEFT, y, "F1", 11, label) + _text(400, y, "F1", 11, amount)
        y -= _LEADING
    return out + _text(_LEFT, 40, "F1", 8, f"Ayuntamiento de Valdeluna - {number}")


def pdf(title: str, sheets: Sequence[Sheet], date: str) -> bytes:
    """A PDF 1.4 with real text in the standard fonts (ISO 32000-1, 9.6.2.2); `date` is `D:YYYYMMDD`."""
    first = 6
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (es) >>",
        f"<< /Type /Pages /Count {len(sheets)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + _literal(title) + b" /CreationDate (" + date.encode() + b") >>",
    ]
    for n, sheet in enumerate(sheets):
        content = _content(sheet, n + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> " + f"/Contents {first + 2 * n + 1} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"endstream")
    return _assemble(objects)


def _assemble(objects: Sequence[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode() + trailer.encode()


def csv_table(rows: Sequence[Row]) -> bytes:
    """Comma-separated UTF-8 with CRLF line ends (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


_WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Datos" sheetId="1" r:id="rId1"/></sheets></workbook>',
}


def _cell(value: Cell) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def xlsx(rows: Sequence[Row]) -> bytes:
    """A workbook of one sheet, its parts stored and not deflated: every zlib gives the same bytes."""
    lines = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in rows)
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for name, body in {**_WORKBOOK, "xl/worksheets/sheet1.xml": sheet}.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            book.writestr(info, '<?xml version="1.0" encoding="UTF-8"?>\n' + body)
    return out.getvalue()
