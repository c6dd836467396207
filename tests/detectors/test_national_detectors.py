"""What OSI asks beyond LOSI, read with the bundled lexicons: a sighting and a near miss each, in several scripts."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from detectors import registry
from detectors.inspector import Inspector
from detectors.lexicon_set import bundled
from detectors.observation import PROOF

MODULES = (
    "engagement", "geography", "groups", "national_services", "open_data", "sectors", "strategies", "transactions",
)  # fmt: skip
See = Callable[..., float]


@pytest.fixture(scope="module")
def national() -> Inspector:
    """The detectors of these questions alone, with the lexicons that ship."""
    points = [EntryPoint(name, f"detectors.builtin.{name}:DETECTORS", registry.GROUP) for name in MODULES]
    return Inspector(registry.load(points), bundled())


@pytest.fixture(scope="module")
def seen(national: Inspector) -> See:
    """Strength of the best sighting of a feature on a page of markup in a language."""

    def see(feature: str, lang: str, markup: str, url: str = "https://www.land.example/") -> float:
        html = f"<html lang={lang}><body>{markup}</body></html>"
        found = national.inspect(national.page(url, html.encode(), content_type="text/html; charset=utf-8"))
        assert not [problem for problem in national.problems if "failed" in problem]
        return max((o.strength for o in found if o.feature == feature), default=0.0)

    return see


def menu(label: str) -> str:
    """A menu with one entry."""
    return f"<nav><ul><li><a href=/x>{label}</a></li></ul></nav>"


SEEN = [
    ("institution.local_government_links", "en", "List of municipalities"),
    ("institution.local_government_links", "ja", "市町村一覧"),
    ("strategy.digital_government", "fr", "Stratégie numérique nationale"),
    ("strategy.digital_government", "ru", "Концепция развития электронного правительства"),
    ("strategy.digital_government", "en", "Digital strategy"),
    ("strategy.cloud", "es", "Estrategia de computación en la nube"),
    ("strategy.cloud", "th", "นโยบายการใช้คลาวด์"),
    ("strategy.artificial_intelligence", "de", "Strategie für künstliche Intelligenz"),
    ("strategy.artificial_intelligence", "ar", "الاستراتيجية الوطنية للذكاء الاصطناعي"),
    ("law.data_protection", "pt", "Lei de proteção de dados"),
    ("law.data_protection", "ko", "개인정보 보호법"),
    ("law.cybersecurity", "it", "Legge sulla cybersicurezza"),
    ("law.cybersecurity", "bg", "Закон за киберсигурност"),
    ("law.misinformation", "fr", "Loi contre la manipulation de l'information"),
    ("law.misinformation", "uk", "Протидія дезінформації"),
    ("law.e_participation", "en", "Public participation policy"),
    ("law.e_participation", "el", "Νόμος: συμμετοχή των πολιτών"),
    ("institution.chief_information_officer", "en", "Chief Information Officer"),
    ("institution.chief_information_officer", "ja", "最高情報責任者"),
    ("info.scholarships", "pl", "Stypendia"),
    ("info.scholarships", "hi", "छात्रवृत्ति"),
    ("info.youth_employment", "es", "Empleo joven"),
    ("info.youth_employment", "ru", "Трудоустройство молодежи"),
    ("info.workers_compensation", "nl", "Arbeidsongevallen"),
    ("info.workers_compensation", "zh-Hans", "工伤保险"),
    ("info.long_term_care", "sv", "Långtidsvård"),
    ("info.long_term_care", "ko", "노인장기요양보험"),
    ("tax.income_online", "en", "Pay your income tax online"),
    ("tax.income_online", "ru", "Подать 3-НДФЛ"),
    ("tax.vat_online", "en", "Submit a VAT return"),
    ("tax.vat_online", "el", "ΦΠΑ: ηλεκτρονική υποβολή"),
    ("tax.business_online", "de", "Körperschaftsteuer online"),
    ("tax.business_online", "ko", "법인세 신청"),
    ("service.visa", "en", "Apply for a visa"),
    ("service.visa", "zh-Hant", "電子簽證"),
    ("service.company_registration", "en", "Register a company"),
    ("service.company_registration", "uk", "Відкрити ФОП онлайн"),
    ("service.identity_card", "de", "Personalausweis beantragen"),
    ("service.identity_card", "ar", "تجديد بطاقة الهوية"),
    ("service.e_invoicing", "it", "Fatturazione elettronica"),
    ("service.e_invoicing", "ko", "전자세금계산서"),
    ("gis.data", "fi", "Paikkatiedot"),
    ("gis.data", "ja", "国土数値情報"),
    ("gis.services", "hu", "Interaktív térkép"),
    ("gis.services", "ru", "Публичная кадастровая карта"),
    ("service.retirement", "en", "Apply for your pension"),
    ("service.retirement", "ru", "Пенсионный калькулятор"),
    ("service.scholarships", "es", "Solicitud de becas"),
    ("service.scholarships", "hi", "छात्रवृत्ति ऑनलाइन आवेदन"),
    ("service.citizenship_residence", "en", "Apply for citizenship"),
    ("service.citizenship_residence", "he", "הגשת בקשה לאזרחות"),
    ("service.criminal_record", "no", "Søke om politiattest"),
    ("service.criminal_record", "ko", "범죄경력회보서 발급"),
    ("service.access_to_justice", "ro", "Dosarul electronic"),
    ("service.access_to_justice", "zh-Hans", "网上立案"),
    ("participation.report_corruption", "tr", "Yolsuzluk ihbarı"),
    ("participation.report_corruption", "fa", "گزارش فساد"),
    ("participation.report_labour_violation", "es", "Denuncias laborales"),
    ("participation.report_labour_violation", "ar", "شكوى عمالية"),
    ("participation.portal", "lt", "Visuomenės dalyvavimas"),
    ("participation.portal", "ar", "المشاركة الإلكترونية"),
    ("participation.e_petition", "en", "Sign a petition"),
    ("participation.e_petition", "uk", "Електронні петиції"),
    ("participation.rural_areas", "en", "Public consultation in rural areas"),
    ("participation.rural_areas", "bg", "Обществени консултации в селските райони"),
    ("open_data.request", "et", "Andmepäring"),
    ("open_data.request", "ja", "データリクエスト"),
    ("open_data.events", "en", "National hackathon"),
    ("open_data.events", "th", "แฮกกาธอน"),
    ("open_data.expenditure", "en", "Budget open data"),
    ("open_data.licence", "en", "Open data licence"),
    ("open_data.licence", "ko", "공공데이터 이용허락"),
    ("open_data.real_time", "cs", "Data v reálném čase"),
    ("open_data.real_time", "zh-Hans", "实时数据"),
    ("open_data.guidance", "en", "Open data: frequently asked questions"),
    ("open_data.guidance", "ru", "Открытые данные: вопросы и ответы"),
    ("account.view_business_data", "en", "Business login"),
    ("account.view_business_data", "ru", "Личный кабинет юридического лица"),
    ("account.edit_business_data", "en", "Update your company details"),
    ("account.save_draft", "pl", "Zapisz wersję roboczą"),
    ("account.save_draft", "ja", "下書き保存"),
    ("account.transaction_history", "da", "Betalingshistorik"),
    ("account.transaction_history", "ru", "История платежей"),
    ("account.favourites", "pt", "Serviços favoritos"),
    ("account.favourites", "ar", "خدماتي المفضلة"),
    ("sector_policy.health", "en", "National health strategy"),
    ("sector_policy.education", "ru", "Закон об образовании"),
    ("sector_policy.environment", "es", "Legislación de medio ambiente"),
    ("service.women", "en", "Apply online: grants for women"),
    ("service.youth", "ru", "Молодежь: подать заявление онлайн"),
    ("service.disability", "tr", "Engelli kartı başvurusu"),
    ("service.older_persons", "ja", "高齢者バス券のオンライン申請"),
    ("service.migrants", "en", "Refugees: apply online"),
    ("service.poverty", "id", "Pendaftaran keluarga miskin online"),
    ("consultation.youth", "fr", "Consultation publique des jeunes"),
    ("consultation.disability", "ru", "Общественные обсуждения с инвалидами"),
    ("consultation.women", "en", "Public consultation with women"),
    ("consultation.older_persons", "es", "Consulta pública: personas mayores"),
    ("consultation.migrants", "el", "Δημόσια διαβούλευση για τους πρόσφυγες"),
    ("consultation.poverty", "en", "Consultation on poverty"),
    ("decision.youth", "en", "Youth: what you told us"),
    ("decision.women", "en", "Women: results of the public consultation"),
    ("decision.disability", "en", "Disability: outcome of the consultation"),
    ("decision.older_persons", "en", "Older people: what we heard"),
    ("decision.migrants", "en", "Migrants: what we heard"),
    ("decision.poverty", "en", "Poverty: consultation results"),
    ("co_creation.youth", "en", "Co-design with young people"),
    ("co_creation.disability", "de", "Nutzertests mit Menschen mit Behinderung"),
    ("co_creation.women", "el", "Συνδημιουργία με γυναίκες"),
    ("co_creation.older_persons", "ja", "高齢者とのユーザーテスト"),
    ("co_creation.migrants", "en", "User research with refugees"),
    ("co_creation.poverty", "en", "Focus groups with low-income families"),
]


@pytest.mark.parametrize(("feature", "lang", "label"), SEEN)
def test_a_label_that_says_so_is_proof(seen: See, feature: str, lang: str, label: str) -> None:
    assert seen(feature, lang, menu(label)) >= PROOF


NOT_SEEN = [
    ("institution.local_government_links", "en", "Minister for Local Government"),
    ("strategy.digital_government", "en", "Digital transformation of a museum"),
    ("strategy.digital_government", "ru", "Новости электронного правительства"),
    ("strategy.cloud", "en", "Cloud computing courses"),
    ("strategy.cloud", "ja", "クラウドサービス"),
    ("strategy.artificial_intelligence", "es", "Inteligencia artificial en las aulas"),
    ("strategy.artificial_intelligence", "zh-Hans", "人工智能大会"),
    ("law.data_protection", "de", "Datenschutz"),
    ("law.data_protection", "ru", "Обработка персональных данных"),
    ("law.cybersecurity", "en", "Cybersecurity tips"),
    ("law.cybersecurity", "el", "Κυβερνοασφάλεια για παιδιά"),
    ("law.misinformation", "en", "Fake news about the vaccine"),
    ("law.misinformation", "uk", "Фейк дня"),
    ("law.e_participation", "en", "Consultation on the draft Water Act"),
    ("law.e_participation", "ru", "Общественные обсуждения законопроекта"),
    ("institution.chief_information_officer", "en", "Public information officer"),
    ("info.scholarships", "fr", "Bourse de Paris"),
    ("info.youth_employment", "en", "Youth sports"),
    ("info.youth_employment", "ru", "Молодежная политика"),
    ("info.workers_compensation", "es", "Vacantes de trabajo"),
    ("info.long_term_care", "en", "Dental care"),
    ("tax.income_online", "en", "Income tax rates"),
    ("tax.income_online", "ru", "Налог на доходы физических лиц: ставки"),
    ("tax.vat_online", "en", "What is VAT"),
    ("tax.business_online", "ko", "법인세"),
    ("service.visa", "en", "Visa requirements"),
    ("service.visa", "ru", "Визовый режим"),
    ("service.company_registration", "en", "Company law"),
    ("service.identity_card", "ja", "マイナンバーカードとは"),
    ("service.e_invoicing", "it", "Pagamento fatture"),
    ("gis.data", "zh-Hans", "网站地图"),
    ("gis.data", "fa", "نقشه سایت"),
    ("gis.services", "en", "Site map"),
    ("service.retirement", "en", "History of the pension"),
    ("service.scholarships", "es", "Becas"),
    ("service.citizenship_residence", "en", "Citizenship law"),
    ("service.criminal_record", "ru", "Судимость"),
    ("service.access_to_justice", "en", "Legal aid centres"),
    ("participation.report_corruption", "en", "Anti-corruption agency"),
    ("participation.report_corruption", "ru", "Противодействие коррупции"),
    ("participation.report_labour_violation", "en", "Labour inspectorate"),
    ("participation.portal", "en", "Participation of veterans in the parade"),
    ("participation.e_petition", "en", "Committee on Petitions"),
    ("participation.rural_areas", "en", "Rural development"),
    ("participation.rural_areas", "bg", "Селски туризъм"),
    ("open_data.request", "en", "Request information"),
    ("open_data.events", "en", "Marathon"),
    ("open_data.expenditure", "en", "Budget"),
    ("open_data.licence", "en", "Driving licence"),
    ("open_data.real_time", "en", "Real-time strategy"),
    ("open_data.guidance", "en", "Frequently asked questions"),
    ("account.view_business_data", "en", "Business news"),
    ("account.view_business_data", "ru", "Поддержка бизнеса"),
    ("account.edit_business_data", "en", "Update your details"),
    ("account.save_draft", "en", "Draft law"),
    ("account.transaction_history", "en", "History of the city"),
    ("account.favourites", "zh-Hans", "加入收藏"),
    ("sector_policy.health", "en", "Health"),
    ("sector_policy.social_protection", "it", "Ministero delle Politiche sociali"),
    ("sector_policy.justice", "en", "Law and justice"),
    ("service.women", "en", "Women in history"),
    ("service.youth", "ru", "Молодежный театр"),
    ("consultation.youth", "en", "Youth forum"),
    ("consultation.women", "ru", "Женская консультация"),
    ("decision.women", "en", "Results of the women's championship"),
    ("co_creation.youth", "en", "Youth services"),
    ("co_creation.older_persons", "ja", "高齢者福祉"),
]


@pytest.mark.parametrize(("feature", "lang", "label"), NOT_SEEN)
def test_what_only_sounds_like_it_is_none(seen: See, feature: str, lang: str, label: str) -> None:
    assert seen(feature, lang, menu(label)) < PROOF


STATED = ("account.save_draft",)
"""Features that the text of a service proves."""


@pytest.mark.parametrize(("feature", "lang", "label"), [case for case in SEEN if case[0] not in STATED])
def test_the_same_in_passing_on_a_page_of_another_thing_is_none(seen: See, feature: str, lang: str, label: str) -> None:
    assert seen(feature, lang, f"<main><h1>2026</h1><p>{label} 12345.</p></main>") < PROOF


def test_a_consultation_on_the_page_of_one_group_is_of_this_group(seen: See) -> None:
    page = "<main><h1>{}</h1><a href=/c>Online consultation</a></main>"
    assert seen("consultation.youth", "en", page.format("Young people")) >= PROOF
    assert seen("consultation.youth", "en", page.format("Women and young people")) < PROOF
    assert seen("consultation.youth", "en", page.format("Budget")) < PROOF
    assert seen("consultation.women", "en", page.format("Young people")) < PROOF


def test_spending_in_a_machine_format_is_an_expenditure_dataset(seen: See) -> None:
    assert seen("open_data.expenditure", "en", "<a href=/files/2026.csv>Budget 2026</a>") >= PROOF
    assert seen("open_data.expenditure", "en", "<a href=/files/2026.pdf>Budget 2026</a>") < PROOF
    assert seen("open_data.expenditure", "en", "<a href=/files/trees.csv>Trees 2026</a>") < PROOF


def test_a_public_licence_counts_on_a_page_of_data(seen: See) -> None:
    licence = "<footer><a href=https://creativecommons.org/licenses/by/4.0/>CC BY</a></footer>"
    assert seen("open_data.licence", "en", f"<h1>Open data portal</h1>{licence}") >= PROOF
    assert seen("open_data.licence", "en", f"<h1>History of the palace</h1>{licence}") < PROOF


def test_a_participation_platform_is_a_portal_for_it(seen: See) -> None:
    assert seen("participation.portal", "en", "<a href=https://land.decidim.org/>Ideas</a>") >= PROOF
    assert seen("participation.portal", "en", "<a href=https://land.opendatasoft.com/>Ideas</a>") < PROOF


@pytest.mark.parametrize(
    ("feature", "target"),
    [
        ("participation.e_petition", "https://petition.parliament.uk/"),
        ("service.e_invoicing", "https://www.fatturapa.gov.it/"),
        ("gis.data", "https://maps.land.example/geonetwork/srv/eng/home"),
        ("gis.services", "https://land.maps.arcgis.com/apps/webappviewer/index.html?id=1"),
    ],
)
def test_a_link_to_a_system_built_for_it_is_proof(seen: See, feature: str, target: str) -> None:
    assert seen(feature, "en", f"<a href='{target}'>More</a>") >= PROOF
    assert seen(feature, "en", "<a href='https://www.land.example/news'>More</a>") < PROOF


def test_a_card_named_above_a_login_is_no_application(seen: See) -> None:
    form = "<form method=post action=/in><label>Number<input name=n></label><label>Code<input name=c></label></form>"
    assert seen("service.identity_card", "it", f"<main><h2>CIE</h2>{form}</main>") < PROOF
    assert seen("service.identity_card", "it", f"<main><h2>Carta d'identità: domanda online</h2>{form}</main>") >= PROOF


def test_a_composed_sighting_says_what_stood_together(national: Inspector) -> None:
    body = menu("National health strategy").encode()
    found = national.inspect(national.page("https://www.land.example/", b"<html lang=en>" + body))
    (shown,) = [o for o in found if o.feature == "sector_policy.health"]
    assert "info.health" in shown.why
    assert "general.strategy" in shown.why
    assert shown.quote == "National health strategy"
    assert shown.quote[slice(*shown.matched[0])] == "health"
