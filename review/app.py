"""The web app: routes, errors, security, and the background work beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from review import jobs
from review.access import visitor
from review.context import Context
from review.errors import NotSignedIn, Refused, ReviewError, TooMany
from review.i18n import translations
from review.pages import came_from, chosen_language, render
from review.routes import (
    account,
    admin,
    ahead,
    api,
    api_overview,
    api_replies,
    archived,
    cards,
    login,
    oidc,
    overview,
    reply,
    supervise,
)
from review.security.headers import SecurityMiddleware
from review.security.signing import signer
from review.service.sessions import Viewer
from review.settings import ReviewSettings
from review.wording import N_
from storage.database import Database
from storage.errors import StorageError
from survey.questionnaire import UnknownEditionError, UnknownIndicatorError

API = "/api/v1"
log = logging.getLogger(__name__)
DESCRIPTION = """What the pages of the review app show and do, as JSON.

Send `Authorization: Bearer TOKEN` with a token made on the account page."""


def create_app(database: Database, data: Path, settings: ReviewSettings | None = None) -> FastAPI:
    """The app over a migrated database and the folder that holds archive and screenshots."""
    chosen = settings or ReviewSettings()
    app = FastAPI(
        title="LOSI Scout review",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=_lifespan,
    )
    secret = chosen.secret.get_secret_value()
    app.state.review = Context(database, data, chosen, signer(secret, data))
    app.add_middleware(SecurityMiddleware, max_body=chosen.max_body)
    for pages in (login, oidc, cards, ahead, supervise, overview, admin, account, reply, archived):
        app.include_router(pages.router, include_in_schema=False)
    for programs in (api, api_replies, api_overview):
        app.include_router(programs.router, prefix=API)
    app.mount("/static", StaticFiles(directory=str(files("review").joinpath("static"))), name="static")
    _handle_errors(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.review
    work = asyncio.create_task(jobs.forever(context)) if context.settings.jobs else None
    try:
        yield
    finally:
        if work is not None:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(ReviewError)
    async def refused(request: Request, error: ReviewError) -> Response:
        if isinstance(error, NotSignedIn) and request.method == "GET" and not _wants_json(request):
            return login.first(request)
        written = await _written(request)
        answer = await run_in_threadpool(_answer, request, error.status, error, written)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.wait)
        return answer

    @app.exception_handler(StorageError)
    def unkept(request: Request, error: StorageError) -> Response:
        """What is wrong with the database, and where it is, is the log's to tell."""
        log.error("%s %s: %s", request.method, request.url.path, error)
        return _answer(request, 503, ReviewError(N_("the database cannot be used now"), N_("try again later")))

    @app.exception_handler(UnknownEditionError)
    @app.exception_handler(UnknownIndicatorError)
    def unasked(request: Request, error: LookupError) -> Response:
        """Which question somebody took out of which file is the log's to tell."""
        log.error("%s %s: %s", request.method, request.url.path, error)
        told = N_("a question was taken out of its questionnaire after it was asked")
        return _answer(request, 503, ReviewError(told, N_("ask who runs this program to bring it back")))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        """Names the fields, never what was typed into them."""
        wrong = {".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]) for each in error.errors()}
        return _answer(request, 422, Refused(N_("not acceptable: %(fields)s"), fields=", ".join(sorted(wrong))[:500]))

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        told = N_("there is no such page") if detail == "Not Found" and not _wants_json(request) else detail
        answer = _answer(request, error.status_code, ReviewError(told))
        answer.headers.update(error.headers or {})
        return answer


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(API)


async def _written(request: Request) -> list[str]:
    """What a person wrote into the form that is refused, and would have to write again."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return []
    form = await request.form()
    return [text for name in ("comment", "answer") if isinstance(text := form.get(name), str) and text.strip()]


def _answer(request: Request, status: int, error: ReviewError, written: Sequence[str] = ()) -> Response:
    """The error in the language of the person who reads it; to programs in English."""
    viewer = _reader(request) if status < 500 else None
    to_program = _wants_json(request) and not (viewer and viewer.key)
    language = "en" if to_program else viewer.language if viewer else chosen_language(request)
    message, mend = error.told(translations(language).gettext)
    if _wants_json(request):
        return JSONResponse({"error": message, "mend": mend}, status)
    spoken = "en" if (message, mend) == (error.message, error.mend) else language
    values = {"message": message, "mend": mend, "spoken": spoken, "back": came_from(request), "written": written}
    return render(request, "error.html", viewer, status=status, **values)


def _reader(request: Request) -> Viewer | None:
    """Who reads the page of an error: it has their language and their menu, as long as the database can tell."""
    with suppress(StorageError):
        return visitor(request)
    return None
