"""Pages that describe a service: documents, time and cost as captions."""

from __future__ import annotations

import pytest

from detectors.inspector import Inspector
from detectors.procedure import service_sheet

PARTS = [
    ("en", "Documents needed", "Processing time", "Fees"),
    ("es", "Requisitos", "Plazo de resolución", "Tasas"),
    ("fr", "Pièces à fournir", "Délai", "Coût"),
    ("it", "Cosa serve", "Tempi e scadenze", "Costi"),
    ("de", "Erforderliche Unterlagen", "Bearbeitungsdauer", "Gebühren"),
    ("pl", "Wymagane dokumenty", "Termin załatwienia", "Opłaty"),
    ("ru", "Необходимые документы", "Срок предоставления", "Стоимость"),
    ("ar", "المستندات المطلوبة", "مدة إنجاز الخدمة", "رسوم الخدمة"),
    ("id", "Persyaratan", "Jangka waktu penyelesaian", "Biaya"),
    ("vi", "Thành phần hồ sơ", "Thời hạn giải quyết", "Lệ phí"),
    ("zh-Hans", "申请材料", "办理时限", "收费标准"),
    ("ja", "必要なもの", "標準処理期間", "手数料"),
]


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.default()


def parts(inspector: Inspector, language: str, body: str) -> set[str]:
    html = f'<!DOCTYPE html><html lang="{language}"><head><title>Villa</title></head><body>{body}</body></html>'
    page = inspector.page("https://www.villa.example/", html.encode(), content_type="text/html; charset=utf-8")
    return set(service_sheet(page)[0])


@pytest.mark.parametrize(("language", "documents", "time", "cost"), PARTS)
def test_headings_of_a_sheet(inspector: Inspector, language: str, documents: str, time: str, cost: str) -> None:
    body = f"<main><h1>Villa</h1><h2>{documents}</h2><p>A.</p><h2>{time}</h2><p>3.</p><h2>{cost}</h2><p>5.</p></main>"
    assert parts(inspector, language, body) == {"documents", "time", "cost"}


def test_captions_in_one_block(inspector: Inspector) -> None:
    body = "<main><p>Required documents: title deed. Processing time: 5 days. Fee: 20.</p></main>"
    assert parts(inspector, "en", body) == {"documents", "time", "cost"}


@pytest.mark.parametrize(
    "body",
    [
        "<main><h2>Fees</h2><p>The club waives its fees.</p></main>",
        "<main><p>The costs of the flood and the time it took to clear were on everybody's mind on Monday.</p></main>",
        "<nav><h2>Requirements</h2><h2>Fees</h2></nav>",
        "<main><h2>Administrative Requirements</h2><p>A.</p><h2>Cost Principles</h2><p>B.</p></main>",
    ],
)
def test_one_part_a_sentence_or_a_menu_is_no_sheet(inspector: Inspector, body: str) -> None:
    assert parts(inspector, "en", body) == set()
