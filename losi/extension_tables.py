"""Shows what a survey's extension holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from losi.terminal import show, stdout, table
from survey.counts import count_of

if TYPE_CHECKING:
    from losi.extension_files import Extension


def print_extension(found: Extension) -> None:
    """Print folder, questionnaires, features and languages of an extension."""
    console = stdout()
    console.print(Text(f"{found.folder}\n"))
    if found.editions:
        made = table("", ("edition", "kind", "questions", "for a person", "title"), right=("questions", "for a person"))
        for book in found.editions:
            made.add_row(book.edition, book.kind, str(book.questions), str(book.by_person), Text(book.title))
        show(console, made)
    if found.features:
        made = table("", ("feature", "seen by", "words in", "title"))
        for each in found.features:
            made.add_row(each.key, ", ".join(each.detectors), ", ".join(each.languages), Text(each.title))
        show(console, made)
    words = f"words added to {count_of(len(found.words), 'language')}: {', '.join(found.words)}"
    console.print(Text(words if found.words else "no words added to any language"))
