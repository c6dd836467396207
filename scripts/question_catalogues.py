"""Brings the translations of the bundled questions up to date, after one of their titles or meanings changed.

    python -m scripts.question_catalogues

What is new then stands in review/locale/*/LC_MESSAGES/questions.po without a translation, for a person to write; what
no questionnaire says any more is taken out. A test names what is missing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from review.i18n import LANGUAGES, QUESTIONS
from survey.features import features
from survey.packaged import read_text, stems
from survey.questionnaire_file import parse_questionnaire

LOCALE = Path(__file__).resolve().parent.parent / "review" / "locale"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
_HEADER = "# LOSI Scout, questions, {}.\n# This file is distributed under the same licence as LOSI Scout."
_WIDTH = 110


def place(language: str) -> Path:
    """The file of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{QUESTIONS}.po"


def read(language: str) -> Catalog:
    """The catalogue of a language, empty if there is none yet."""
    file = place(language)
    return read_po(io.BytesIO(file.read_bytes() if file.exists() else b""), locale=language)


def questions() -> Iterator[tuple[str, str]]:
    """The titles and meanings of the bundled questionnaires, each with the question that it stands in."""
    for edition in stems("questionnaires", ".toml"):
        book = parse_questionnaire(read_text(f"questionnaires/{edition}.toml"), features().keys())
        for indicator in book.indicators:
            yield indicator.title, indicator.id
            yield indicator.counts_as_yes, indicator.id


def renewed(language: str, old: Catalog) -> Catalog:
    """A catalogue of all that the questionnaires say, with the translations that there are."""
    made = Catalog(
        locale=language,
        header_comment=_HEADER.format(language),
        project="LOSI Scout questions",
        version="1",
        last_translator="LOSI Scout contributors",
        language_team=language,
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        fuzzy=False,
    )
    for text, where in questions():
        known = old.get(text)
        made.add(text, known.string if known else "", auto_comments=[where])
    return made


def main() -> None:
    """Writes the catalogue of every language of the app but the one of the questions."""
    for language in TRANSLATED:
        catalogue = renewed(language, read(language))
        with place(language).open("wb") as stream:
            write_po(stream, catalogue, width=_WIDTH, sort_output=True)


if __name__ == "__main__":
    main()
