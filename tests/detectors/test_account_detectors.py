"""Logins: which of them are the residents'."""

from __future__ import annotations

import pytest

from detectors.inspector import Inspector

TEXT = "Il Comune pubblica le informazioni sui servizi che offre ai cittadini e sulle regole per averli. " * 4


@pytest.mark.parametrize(
    ("path", "is_residents"),
    [
        ("/area-personale", True),
        ("/area/personale", True),
        ("/it/accedi-area-personale", True),
        ("/personale/login", False),
        ("/intranet/login", False),
        ("/wp-login.php", False),
    ],
)
def test_the_personal_area_is_the_residents_and_the_personnel_is_the_staff(path: str, is_residents: bool) -> None:
    html = f"<html lang='it'><nav><a href='{path}'>Accedi ai servizi online</a></nav><p>{TEXT}</p></html>"
    inspector = Inspector.default(["authentication"])
    page = inspector.page("https://x.example/", html.encode(), content_type="text/html")
    assert any(seen.is_proof for seen in inspector.inspect(page)) is is_residents


RUSSIAN = "Администрация города информирует жителей о своей работе и о правилах, которые действуют в городе. " * 4
FORM = "<form method=post action='{}'><input name=user><input type=password name=pass></form>"


def is_residents(url: str, body: str, language: str = "it", text: str = TEXT) -> bool:
    """Whether a page at the address proves a login for residents."""
    inspector = Inspector.default(["authentication"])
    html = f"<html lang='{language}'>{body}<p>{text}</p></html>"
    seen = inspector.inspect(inspector.page(url, html.encode(), content_type="text/html"))
    assert inspector.problems == []
    return any(each.is_proof for each in seen)


@pytest.mark.parametrize("path", ["/personal/", "/personal/profile/"])
def test_the_users_own_place_is_no_personnel_where_the_word_does_not_mean_it(path: str) -> None:
    link = f"<nav><a href='{path}'>Личный кабинет</a></nav>"
    assert is_residents("https://x.example/", link, "ru", RUSSIAN)


@pytest.mark.parametrize(
    ("url", "action", "expected"),
    [
        ("https://www.x.example/servizi", "/accesso", True),
        ("https://webmail.x.example/", "./?_task=login", False),
        ("https://intranet.x.example/", "/accesso", False),
        ("https://www.x.example/", "https://admin.x.example/accesso", False),
    ],
)
def test_a_form_on_the_host_of_the_staff_lets_in_the_staff(url: str, action: str, expected: bool) -> None:
    assert is_residents(url, FORM.format(action)) is expected


def test_where_a_content_system_lets_in_everybody_the_label_tells_whom() -> None:
    link = "<nav><a href='/user/login?destination=home'>{}</a></nav>"
    assert is_residents("https://x.example/", link.format("Accedi ai servizi online"))
    assert not is_residents("https://x.example/", link.format("Modulistica"))
    assert not is_residents("https://x.example/", link.format("<img src=x>"))
    assert not is_residents("https://x.example/user/login", FORM.format("/user/login"))


def test_an_address_that_is_none_hides_no_login() -> None:
    links = "<nav><a href='http://[x/login'>Accedi</a><a href='/area-personale'>Accedi ai servizi online</a></nav>"
    assert is_residents("https://x.example/", links)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("<a href='https://gpis.x.example/login'>GPIS</a>", False),
        ("<a href='https://gpis.x.example/login'>Servizi online GPIS</a>", True),
        ("<a href='https://gpis.x.example/login'><img src=gpis.png></a>", True),
        ("<a href='/gpis/login'>GPIS</a>", True),
    ],
)
def test_the_door_of_a_system_elsewhere_is_no_login_for_residents(link: str, expected: bool) -> None:
    assert is_residents("https://www.x.example/", f"<nav>{link}</nav>") is expected
