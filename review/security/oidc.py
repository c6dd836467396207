"""Single sign-on by OpenID Connect: the authorization code flow with PKCE (RFC 7636), state and nonce."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from review.errors import NotSignedIn
from review.settings import ReviewSettings
from review.wording import N_

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_SECONDS = 10.0
_SCOPE = "openid profile email"


@dataclass(frozen=True, slots=True)
class Trip:
    """What must come back unchanged from the provider; kept in a signed cookie meanwhile."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Trip:
        """A fresh one."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    @classmethod
    def read(cls, text: str) -> Trip:
        """From its cookie's value; raises `NotSignedIn`."""
        parts = text.split("~")
        if len(parts) != 3:
            raise NotSignedIn(N_("the login was not begun here"), N_("begin again"))
        return cls(*parts)

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier beforehand (RFC 7636, 4.2, method S256)."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def __str__(self) -> str:
        return "~".join((self.state, self.nonce, self.verifier))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is."""

    issuer: str
    subject: str
    name: str


def authorization_url(settings: ReviewSettings, redirect: str, trip: Trip) -> str:
    """Where the browser is sent to log in."""
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client,
        "redirect_uri": redirect,
        "scope": _SCOPE,
        "state": trip.state,
        "nonce": trip.nonce,
        "code_challenge": trip.challenge,
        "code_challenge_method": "S256",
    }
    return str(httpx.URL(_discovered(settings)["authorization_endpoint"]).copy_merge_params(query))


def identity(settings: ReviewSettings, redirect: str, trip: Trip, code: str, now: datetime) -> Identity:
    """Trades the code for an ID token and checks it (OpenID Connect Core, 3.1.3.7); raises `NotSignedIn`."""
    known = _discovered(settings)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": settings.oidc_client,
        "client_secret": settings.oidc_secret.get_secret_value(),
        "code_verifier": trip.verifier,
    }
    token = _json(httpx.post, known["token_endpoint"], data={k: v for k, v in body.items() if v})
    keys = _json(httpx.get, known["jwks_uri"])
    claims = _claims(str(token.get("id_token", "")), keys, settings, trip.nonce, now)
    name = claims.get("preferred_username") or claims.get("email") or claims.get("name") or claims["sub"]
    return Identity(settings.oidc_issuer, str(claims["sub"]), str(name))


def _claims(token: str, keys: Any, settings: ReviewSettings, nonce: str, now: datetime) -> dict[str, Any]:
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=60,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn(
            N_("the provider's ID token is not good (%(error)s)"), N_("begin again"), error=type(error).__name__
        ) from error
    return dict(claims)


def _discovered(settings: ReviewSettings) -> dict[str, Any]:
    """The provider's metadata (OpenID Connect Discovery 1.0, 4)."""
    found = _json(httpx.get, f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != settings.oidc_issuer:
        raise NotSignedIn(N_("the provider calls itself by another name"), N_("check LOSI_REVIEW_OIDC_ISSUER"))
    return found


def _json(ask: Any, url: str, **values: Any) -> dict[str, Any]:
    try:
        answer = ask(url, timeout=_SECONDS, follow_redirects=False, **values)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotSignedIn(
            N_("the login provider does not answer (%(error)s)"), N_("try again later"), error=type(error).__name__
        ) from error
    if not isinstance(found, dict):
        raise NotSignedIn(N_("the login provider does not answer in JSON objects"))
    return found
