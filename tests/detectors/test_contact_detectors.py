"""Contact details and accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detectors.observation import PROOF, Observation
from detectors.postal import holds_address

Strength = Callable[..., float]


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<a href='mailto:town@villa.example?subject=x'>Write</a>"),
        ("fi", "<a href='tel:+358 9 555 0100'><i></i></a>"),
        ("en", "<p>Phone: 555 010 0100, weekdays</p>"),
        ("es", "<p>Teléfono 91 555 01 00</p>"),
        ("ja", "<p>電話 03-5555-0100</p>"),
        ("ru", "<p>Телефон: 8 (495) 555-01-00</p>"),
        ("fi", "<p>Soita +358 40 555 0100</p>"),
        ("nl", "<p>Paramaribo +597 555010</p>"),
        ("en", "<p>Phone: 55-20-07</p>"),
        ("en", "<p>Phone: 2-00-00</p>"),
        ("en", "<p>Phone: 331 5586</p>"),
        ("en", "<p>Phone 042-99262227</p>"),
        ("en", "<p>876-555-0123</p>"),
        ("en", "<p>☎ 055-555-3000</p>"),
        ("ja", "<p>電話：0439-56-0111</p>"),
        ("ja", "<p>電話 ０４３９－５６－０１１１（代表）</p>"),
        ("vi", "<p>điện thoại 0236.3822104</p>"),
        ("de", "<p>Tel. 0351 555-0</p>"),
        ("de", "<p>Tel.: 09131 55-0</p>"),
        ("de", "<p>Tel. 06181 4870</p>"),
        ("ar", "<p>هاتف: ۰۲۱-۸۸۹۶۵۰۰۱</p>"),
        ("fr", "<p>(519) 555-0160 poste 5605</p>"),
        ("en", "<p>Nairobi +254-20-4920000</p>"),
        ("fi", "<p>Kirjoita: kirjaamo(at)villa.example</p>"),
        ("de", "<address>Rathausplatz 1, 12345 Villa</address>"),
        ("en", "<nav><a href=/x>Contact</a></nav>"),
        ("en", "<p><a href=/support>town@villa.example</a></p>"),
        (
            "en",
            '<script type="application/ld+json">{"@type":"CityHall","telephone":"555 0100"}</script>',
        ),
    ],
)
def test_contact_details(strength: Strength, lang: str, markup: str) -> None:
    assert strength(markup, "contact.details", lang) >= PROOF


@pytest.mark.parametrize("number", ["+358 9 555 0100", "+353 1 555 0100", "+44 (0)20 7946 0100", "+61 2 5550 1000"])
def test_an_international_number_with_a_short_area_code(strength: Strength, number: str) -> None:
    assert strength(f"<p>Villa {number}</p>", "contact.details", "fi") >= PROOF


@pytest.mark.parametrize(
    ("lang", "markup"),
    [
        ("en", "<p>Published 12.05.2026, changed 2026-05-12</p>"),
        ("en", "<p>The road costs 12 500 000 in all</p>"),
        ("en", "<p>Phone lines open from 12-10-07</p>"),
        ("en", "<p>Account 55-20-07</p>"),
        ("en", "<p>Population 876 555 0123</p>"),
        ("en", "<p>Case 042-99262227</p>"),
        ("en", "<p>Phone book 2024-2025</p>"),
        ("en", "<p>Opening hours 08:00 - 16:00, 10.00-12.00</p>"),
        ("sv", "<p>Telefontid: 13.00-14.00</p>"),
        ("de", "<p>Telefon: Mo 08.00-12.00 Uhr</p>"),
        ("de", "<p>Aktenzeichen 0351 555-0</p>"),
        ("en", "<p>Version 1.2.3.4 of the code 12345678901234567890</p>"),
        ("en", "<a href='mailto:?subject=Look'>Send to a friend</a>"),
        ("en", "<p>Follow @villa on the network</p>"),
        ("en", "<p>The mayor was in contact with the ministry about it.</p>"),
    ],
)
def test_numbers_and_words_that_are_no_contact(strength: Strength, lang: str, markup: str) -> None:
    assert strength(markup, "contact.details", lang) < PROOF


def test_a_byline_is_no_address(strength: Strength) -> None:
    assert strength("<address>Written by Jane Doe, editor</address>", "contact.details") < PROOF


def test_a_number_is_marked_in_its_quote(sightings: Callable[..., list[Observation]]) -> None:
    (seen,) = [
        o
        for o in sightings("<p>Call the town hall: phone 555 010 0100 on weekdays</p>", "contact.details")
        if o.matched
    ]
    assert [seen.quote[a:b] for a, b in seen.matched] == ["555 010 0100"]


@pytest.mark.parametrize(
    "markup",
    [
        "<form action=/login method=post><input name=user><input type=password name=pass></form>",
        "<a href=/x>Log in</a>",
        "<a href=/x>Log in to your account</a>",
        "<div><input type=password></div>",
    ],
)
def test_a_login_for_users(strength: Strength, markup: str) -> None:
    assert strength(markup, "account.authentication") >= PROOF


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("<form action=/wp-login.php><input type=password></form>", "https://www.villa.example/"),
        ("<form action=/x><input type=password></form>", "https://www.villa.example/typo3/index.php"),
        ("<form><input type=email></form>", "https://www.villa.example/"),
        ("<a href=/x>Staff log in</a>", "https://www.villa.example/"),
        ("<a href=/_layouts/15/Authenticate.aspx?Source=%2F>Log in to your account</a>", "https://www.villa.example/"),
    ],
)
def test_a_login_for_the_staff_is_none(strength: Strength, markup: str, url: str) -> None:
    assert strength(markup, "account.authentication", url=url) < PROOF


@pytest.mark.parametrize(
    ("action", "url"),
    [
        ("/login", "https://www.kowalowa.example/"),
        ("/administration-communale/connexion", "https://www.villa.example/"),
        ("/x", "https://www.villa.example/towards/account"),
    ],
)
def test_a_word_that_holds_a_staff_mark_is_another_word(strength: Strength, action: str, url: str) -> None:
    assert strength(f"<form action={action}><input type=password></form>", "account.authentication", url=url) >= PROOF


def test_a_user_login_behind_a_staff_login(strength: Strength) -> None:
    markup = "<form action=/wp-login.php><input type=password></form><form action=/account><input type=password></form>"
    assert strength(markup, "account.authentication") >= PROOF


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("Town Hall, 5 Main Street, Anytown, AR 72201", True),
        ("Town Hall, Anytown AB1 2CD", True),
        ("12 High Street, Anytown TAS 7001", True),
        ("〒100-8921 花見市中央1-2-3", True),
        ("Municipal Corporation, Lake Road, Anypur - 110 099", True),
        ("Town Hall, Anypur, PIN Code: 400099", True),
        ("Rua da Prefeitura, 5, CEP 12.345-678", True),
        ("City Hall, 5 Main Street, Anytown K1A 0B1", True),
        ("महानगरपालिका मार्ग, फोर्ट, मुंबई - ४०० ००१", True),
        ("Notice of the commissioner, No. 110099", False),
        ("Visitors - 110 099", False),
        ("In 2022, UN 12345 people came to the town hall", False),
        ("Anytown Fair 2024", False),
    ],
)
def test_the_postal_address_at_the_foot(strength: Strength, address: str, told: bool) -> None:
    assert (strength(f"<footer><p>{address}</p></footer>", "contact.details") >= 0.5) is told
    assert strength(f"<main><p>{address}</p></main>", "contact.details") < 0.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("P.O. Box 12, Anytown", True),
        ("Private Bag X-91, Anytown", True),
        ("Stadt Anyburg, Postfach 10", True),
        ("Postbus 12, Anydorp", True),
        ("Apartado Postal 5", True),
        ("Mairie, B.P. 120", True),
        ("Boîte postale: 120", True),
        ("The box office opens at 7. Box seats are sold there", False),
        (f"P.O. Box 12, Anytown{', for all who like to write to us' * 8}", False),
    ],
)
def test_a_short_text_with_the_number_of_a_box_gives_an_address(text: str, told: bool) -> None:
    assert holds_address(text, of_page=False) is told


def test_a_post_office_box_is_an_address_anywhere(strength: Strength) -> None:
    assert strength("<main><p>Write to P.O. Box 12, Anytown</p></main>", "contact.details") >= 0.5
