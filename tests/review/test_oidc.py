"""Single sign-on against a real provider on loopback that signs real tokens."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from review.settings import ReviewSettings
from tests.review.conftest import Client, World


class Provider:
    """An OpenID Connect provider; `claims` are changed by tests that want a bad token."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signs_with = self.key
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, list[str]] = {}
        self.challenge = ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.removeprefix("/realm")
                if path == "/.well-known/openid-configuration":
                    return self._send(provider.metadata)
                return self._send({"keys": [provider.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked = parse_qs(body)
                return self._send({"access_token": "x", "id_token": provider.token()})

            def _send(self, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def metadata(self) -> dict[str, str]:
        ends = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}}

    def token(self) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, self.claims, self.signs_with)

    def leave(self, world: World, url: str, **claims: object) -> str:
        """What the provider does with the browser: notes the challenge, and sends it back with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.challenge = query["code_challenge"]
        now = int(world.clock().timestamp())
        self.claims = {
            "iss": self.issuer,
            "aud": "losi",
            "sub": "subject-1",
            "preferred_username": "Ana",
            "nonce": query["nonce"],
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        return f"{query['redirect_uri']}?code=abc&state={query['state']}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _settings(provider: Provider, role: str = "assessor") -> ReviewSettings:
    return ReviewSettings.of(
        {
            "LOSI_REVIEW_JOBS": "0",
            "LOSI_REVIEW_OIDC_ISSUER": provider.issuer,
            "LOSI_REVIEW_OIDC_CLIENT": "losi",
            "LOSI_REVIEW_OIDC_SECRET": "s",
            "LOSI_REVIEW_OIDC_ROLE": role,
            "LOSI_REVIEW_OIDC_NAME": "The UN",
        }
    )


def _begin(browser: httpx.Client) -> str:
    assert "The UN" in browser.get("/login").text
    return browser.get("/login/oidc").headers["location"]


def test_a_person_comes_in_and_again(small: World, client: Client, provider: Provider) -> None:
    small.settings = _settings(provider)
    for _ in range(2):
        browser = client(small)
        back = provider.leave(small, _begin(browser))
        assert browser.get(back).headers["location"] == "/"
        assert browser.get("/api/v1/me").json() == {"id": 1, "name": "Ana", "role": "assessor", "language": "en"}
    verifier = provider.asked["code_verifier"][0]
    assert urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=") == provider.challenge
    assert provider.asked["client_secret"] == ["s"]


def test_a_name_at_the_provider_takes_over_no_account(small: World, client: Client, provider: Provider) -> None:
    small.settings = _settings(provider)
    small.person("Ana", "admin")
    browser = client(small)
    browser.get(provider.leave(small, _begin(browser)))
    assert browser.get("/api/v1/me").json()["name"] == "Ana (2)"
    assert browser.get("/api/v1/me").json()["role"] == "assessor"


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "other"}, {"aud": "somebody"}, {"iss": "https://evil.example"}, {"exp": 1_000_000_000}, {"sub": None}],
)
def test_a_token_that_is_not_for_us_is_refused(
    small: World, client: Client, provider: Provider, claims: dict[str, object]
) -> None:
    small.settings = _settings(provider)
    browser = client(small)
    assert browser.get(provider.leave(small, _begin(browser), **claims)).headers["location"] == "/login"
    assert browser.get("/api/v1/me").status_code == 401


def test_a_token_signed_by_another_is_refused(small: World, client: Client, provider: Provider) -> None:
    small.settings = _settings(provider)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    browser = client(small)
    browser.get(provider.leave(small, _begin(browser)))
    assert browser.get("/api/v1/me").status_code == 401


def test_a_login_begun_elsewhere_is_refused(small: World, client: Client, provider: Provider) -> None:
    small.settings = _settings(provider)
    attacker, victim = client(small), client(small)
    back = provider.leave(small, _begin(attacker))
    assert victim.get(back).headers["location"] == "/login"
    _begin(victim)
    assert victim.get(back).headers["location"] == "/login"
    assert victim.get("/api/v1/me").status_code == 401


def test_without_a_role_an_admin_decides(small: World, client: Client, provider: Provider) -> None:
    small.settings = _settings(provider, "")
    browser = client(small)
    assert browser.get(provider.leave(small, _begin(browser))).status_code == 403
    assert client(World(small.database, small.data)).get("/login/oidc").status_code == 404
