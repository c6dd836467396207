"""Archived pages, for a sandboxed frame: by signed link alone, no cookie read or set. And screenshots."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from review.access import IF_SIGNED_IN, App
from review.inputs import Text
from review.service import archive

router = APIRouter()


@router.get("/archived/{signed}")
def page(context: App, signed: Text) -> Response:
    """A page as it was received; `review.security.headers` adds the policy that keeps it harmless."""
    now = context.clock()
    with context.database.reader() as session:
        found = archive.archived_page(session, context.data, context.signer, signed, now)
    headers = {"Cache-Control": "private, max-age=3600"}
    if not found.shown:
        headers["Content-Disposition"] = 'attachment; filename="archived.bin"'
    return Response(found.body, headers={**headers, "Content-Type": found.content_type})


@router.get("/screenshots/{run}/{name}", dependencies=[IF_SIGNED_IN])
def screenshot(context: App, run: Text, name: Text) -> Response:
    """A screenshot with the proof outlined."""
    place, kind = archive.picture(context.data, run, name)
    return FileResponse(place, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
