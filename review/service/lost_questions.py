"""Questions that people were asked and that no questionnaire has any more: somebody took them out of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.models import Card, Sheet
from survey.questionnaire import UnknownEditionError, UnknownIndicatorError, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def lost_questions(session: Session) -> Sequence[str]:
    """What is missing of each edition with sheets: the edition itself, or the first of its questions that is gone."""
    asked = session.execute(select(Sheet.edition, Card.code).join(Card, Card.sheet_id == Sheet.id).distinct())
    found: dict[str, str] = {}
    for edition, code in sorted((edition, code) for edition, code in asked):
        try:
            load(edition).indicator(code)
        except (UnknownEditionError, UnknownIndicatorError) as error:
            found.setdefault(edition, str(error))
    return tuple(found.values())
