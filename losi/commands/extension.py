"""`losi extension`: a survey's own questionnaires, features and words, beside what ships."""

from __future__ import annotations

from pathlib import Path

import click

from losi.options import JSON_HELP, State, example, extension_of, with_state


@click.group(epilog=example("losi extension new greece-2026", "losi extension check"))
def extension() -> None:
    """Ask questions of your own: questionnaires, features and words in DATA/extension, or where LOSI_EXTENSION says.

    Every command with this data folder knows them. docs/extensions.md tells what the files hold.
    """


@extension.command(
    epilog=example(
        "losi extension new greece-2026 --title 'Municipal portals 2026'",
        "losi extension new greece-2027 --questions questions.xlsx",
    )
)
@click.argument("edition")
@click.option("--from", "model", default="losi-2024", show_default=True, help="Edition whose questions it begins with.")
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Begin with the questions of this CSV or XLSX file instead.",
)
@click.option("--title", help="What people call the questionnaire.  [default: EDITION]")
@with_state
def new(state: State, edition: str, model: str, questions: Path | None, title: str | None) -> int:
    """Begin a questionnaire EDITION with the questions of another one, in files to edit.

    EDITION is a name in small letters and a year, such as greece-2026. Files that are there stay as they are.

    A FILE of questions has the columns, by these or similar names: title, and if known code, criterion, counts_as_yes,
    same_as (the code of the same question in the edition of --from) and features. An empty criterion is that of the row
    above. What is neither the same as another question nor has features is for a person to answer, until words are
    written for it. If a row cannot be used, nothing is written.
    """
    from losi.extension_files import begin_extension
    from losi.question_files import asked_in

    place = _place(state)
    if place != extension_of(state.data):  # a folder that the environment names may be a new one
        place.mkdir(parents=True, exist_ok=True)
    asked = asked_in(questions, edition, model) if questions is not None else None
    for path in begin_extension(place, edition, model, title or edition, asked):
        click.echo(path)
    click.echo(f"edit these, see what they come to with: losi extension check --data {state.data}", err=True)
    return 0


@extension.command(epilog=example("losi extension check", "losi extension check --json -"))
@click.option("--json", "json_to", metavar="FILE", help=JSON_HELP)
@with_state
def check(state: State, json_to: str | None) -> int:
    """Show what the extension holds, and all that is wrong with it; exit code 1 if anything is."""
    from losi.errors import Failure
    from losi.extension_files import extension_document, read_extension
    from losi.extension_tables import print_extension
    from losi.output import write_json

    place = _place(state)
    if not place.is_dir():
        raise Failure(f"there is no extension in {place}", "losi extension new EDITION begins one")
    found = read_extension(place)
    if json_to:
        write_json(extension_document(found), json_to)
    else:
        print_extension(found)
    for fault in found.faults:
        click.echo(f"losi: {fault}", err=True)
    return 1 if found.faults else 0


def _place(state: State) -> Path:
    """Where the extension lies that this data folder has, or that the environment names."""
    import os

    from losi.options import EXTENSION

    return Path(os.environ.get(EXTENSION) or extension_of(state.data))
