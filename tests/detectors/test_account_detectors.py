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
