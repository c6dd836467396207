"""What a browser does: fill in forms as they are, with the hidden fields that the page gave."""

from __future__ import annotations

import httpx
from lxml import html

from tests.review.conftest import PASSWORD


def log_in(client: httpx.Client, name: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
    """Logs in by the form."""
    form = fields(client.get("/login"), "/login")
    return client.post("/login", data={**form, "name": name, "password": password, "code": code})


def fields(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    tree = html.fromstring(page.text)
    form = next(form for form in tree.iter("form") if (form.get("action") or "").partition("?")[0] == action)
    hidden = (each for each in form.iter("input") if each.get("type") == "hidden")
    return {each.get("name") or "": each.get("value") or "" for each in hidden}


def token(client: httpx.Client) -> str:
    """The CSRF token of the session."""
    tree = html.fromstring(client.get("/account").text)
    return next(meta.get("content") or "" for meta in tree.iter("meta") if meta.get("name") == "csrf")
