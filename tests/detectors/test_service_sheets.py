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
        "<main><h2>Time required</h2><p>A.</p><h2>Cost Principles</h2><p>B.</p></main>",
        "<main><p>The council debated the following documents in the absence of its chair.</p></main>",
        "<nav><p>Bring the following documents:</p></nav>",
    ],
)
def test_one_part_a_sentence_or_a_menu_is_no_sheet(inspector: Inspector, body: str) -> None:
    assert parts(inspector, "en", body) == set()


def test_documents_alone_tell_that_something_is_applied_for(inspector: Inspector) -> None:
    assert parts(inspector, "en", "<main><h2>Required documents</h2><p>Title deed.</p></main>") == {"documents"}


@pytest.mark.parametrize(
    ("language", "announced"),
    [
        (
            "en",
            "Whoever wants to keep bees in the gardens of the town is kindly asked to bring the following documents:",
        ),
        ("de", "Wer im Stadtgebiet Bienen halten möchte, bringt zur Anmeldung bitte folgende Unterlagen mit:"),
        ("de", "Für die Anmeldung der Bienen beim Veterinäramt der Stadt benötigen wir von Ihnen folgende Unterlagen:"),
    ],
)
def test_a_list_of_papers_that_is_announced(inspector: Inspector, language: str, announced: str) -> None:
    assert parts(inspector, language, f"<main><p>{announced}</p><ul><li>A<li>B</ul></main>") == {"documents"}


@pytest.mark.parametrize("title", ["Job vacancies: two gardeners", "Invitation to tender for a bridge"])
def test_vacancies_and_tenders_ask_for_documents_too(inspector: Inspector, title: str) -> None:
    def seen(heading: str) -> bool:
        html = f'<html lang="en"><main><h1>{heading}</h1><h2>Papers to bring</h2><p>A certificate.</p></main></html>'
        page = inspector.page("https://www.villa.example/x", html.encode(), content_type="text/html")
        return any(o.feature == "services.information" and o.is_proof for o in inspector.inspect(page))

    assert seen("Keeping bees in town")
    assert not seen(title)


@pytest.mark.parametrize(
    ("language", "documents", "time"),
    [
        ("hy", "Անհրաժեշտ փաստաթղթեր՝ անձնագիր", "Ժամկետ՝ 10 օր"),
        ("am", "የሚያስፈልጉ ሰነዶች፦ መታወቂያ", "የሚወስደው ጊዜ፦ 10 ቀናት"),
        ("ja", "必要なもの︰身分証明書", "標準処理期間：10日"),
    ],
)
def test_captions_before_other_colons(inspector: Inspector, language: str, documents: str, time: str) -> None:
    body = f"<main><p>{documents}{', 1234567890' * 6}</p><p>{time}{', 1234567890' * 6}</p></main>"
    assert parts(inspector, language, body) == {"documents", "time"}


SHEET = "<h2>Required documents</h2><p>A.</p><h2>Processing time</h2><p>B.</p><h2>Fee</h2><p>C.</p>"


@pytest.mark.parametrize(
    ("title", "is_service"),
    [
        ("Birth certificate", True),
        ("Register as a job seeker", True),
        ("Job vacancy: civil engineer", False),
        ("Invitation to tender: road works", False),
    ],
)
def test_a_vacancy_or_a_tender_is_no_service(inspector: Inspector, title: str, is_service: bool) -> None:
    html = f"<!DOCTYPE html><html lang=en><title>Villa</title><main><h1>{title}</h1>{SHEET}</main></html>"
    page = inspector.page("https://www.villa.example/x", html.encode(), content_type="text/html")
    seen = [each for each in inspector.inspect(page) if each.feature == "services.information"]
    assert any(each.is_proof for each in seen) is is_service
