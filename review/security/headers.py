"""What goes with every answer: security headers; and what is refused before anything looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from other origins, no inline script or style, never in somebody else's frame."""
ARCHIVED_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""For archived pages: an origin of their own, no scripts, nothing fetched; shown in our own frame only."""
ARCHIVED = "/archived/"
STATIC = "/static/"
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


class SecurityMiddleware:
    """Sets the headers, refuses changes asked from other sites, and bodies beyond `max_body` bytes."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope["method"], headers)
        if answer is not None:
            await answer(scope, receive, self._sealed(scope, send))
            return
        await self._app(scope, self._counted(receive), self._sealed(scope, send))

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self._max_body:
            return PlainTextResponse("the request is too large\n", 413)
        if method not in _SAFE and _from_elsewhere(headers):
            return PlainTextResponse("this came from another site\n", 403)
        return None

    def _counted(self, receive: Receive) -> Receive:
        size = 0

        async def counting() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._max_body:
                return {"type": "http.disconnect"}
            return message

        return counting

    def _sealed(self, scope: Scope, send: Send) -> Send:
        path: str = scope["path"]
        secure = scope.get("scheme") == "https"

        async def sealing(message: Message) -> None:
            if message["type"] == "http.response.start":
                _seal(MutableHeaders(scope=message), path, secure)
            await send(message)

        return sealing


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that another site asks (Fetch Metadata; the Origin header of RFC 6454)."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:
        return True


def _seal(headers: MutableHeaders, path: str, secure: bool) -> None:
    archived = path.startswith(ARCHIVED)
    headers["Content-Security-Policy"] = ARCHIVED_POLICY if archived else POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-DNS-Prefetch-Control"] = "off"
    headers["X-Frame-Options"] = "SAMEORIGIN" if archived else "DENY"
    headers["Referrer-Policy"] = "no-referrer" if archived else "same-origin"
    headers["Permissions-Policy"] = _PERMISSIONS
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-cache" if path.startswith(STATIC) else "no-store")
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
