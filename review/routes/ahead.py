"""The cards that come next, ready to be shown, so that a key press need not wait for the server."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from review.access import App, Assessor
from review.inputs import MAX_ID, Id
from review.pages import rendered
from review.service import cards, queue
from review.service.queue import Filters

router = APIRouter()
Count = Annotated[int, Query(ge=1, le=8)]
Taken = Annotated[str, Query(max_length=2000, pattern=r"^[0-9,]*$")]


@router.get("/cards/{task}/ahead")
def ahead(request: Request, context: App, viewer: Assessor, task: Id, limit: Count = 3, taken: Taken = "") -> Response:
    """The cards that follow, but not those `taken` (numbers with commas: being decided, or already at hand).

    `{"cards": [{"task", "html", "pictures"}], "end"}`; `end` when nothing else is left. What comes before a card is
    done when it is shown: the card does not offer to confirm it once more.
    """
    filters = Filters.of(request.query_params)
    but = {number for part in taken.split(",") if part and (number := int(part)) <= MAX_ID}
    with context.database.reader() as session:
        found = queue.ahead(session, viewer.id, filters, task, but, limit=limit)
        views = [
            cards.card_view(session, context.signer, viewer.id, each, context.clock(), {*but, task, *found[:number]})
            for number, each in enumerate(found)
        ]
    query = urlencode(filters.query())
    return JSONResponse(
        {
            "cards": [
                {
                    "task": view.task,
                    "html": rendered(request, "card_body.html", viewer, card=view, query=query),
                    "pictures": [proof.screenshot for proof in view.proofs[:1] if proof.screenshot],
                }
                for view in views
            ],
            "end": len(found) < limit,
        }
    )
