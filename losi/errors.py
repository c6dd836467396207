"""How a command fails: one clear line on stderr with the mend; exit code 1 (it ran and failed) or 2 (wrong usage)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

DEBUG = "LOSI_DEBUG"
NO_QUESTION = "stored results name it: bring back its questionnaire, a file in DATA/extension/questionnaires"


class Failure(click.ClickException):
    """The command ran and could not do its work: exit code 1. `mend` says what the user can do about it."""

    exit_code = 1

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(sentence(message, mend))


class StdoutError(Failure):
    """Standard output does not take what is written to it."""


class Misuse(click.UsageError):
    """The command was called wrongly: exit code 2."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(sentence(message, mend))


class PlainGroup(click.Group):
    """A group whose errors take one line each; called with nothing at all, a group shows its help."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; in standalone mode leave with exit code 0, 1 or 2."""
        if standalone_mode:
            sys.exit(self._attempt(args, prog_name, complete_var, **extra))
        return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)

    def _attempt(self, args: Sequence[str] | None, name: str | None, complete: str | None, **extra: Any) -> int:
        from losi.interrupts import keep_interrupts
        from losi.streams import set_up_stderr, set_up_stdout

        set_up_stdout()
        set_up_stderr()
        keep_interrupts()
        try:
            code = super().main(args, name, complete, standalone_mode=False, **extra)
            sys.stdout.flush()
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            return error.exit_code
        except StdoutError as error:
            _mute_stdout()
            return _tell(_one_line(error), error.exit_code)
        except click.ClickException as error:
            return _tell(_one_line(error), error.exit_code)
        except click.Abort:
            return _tell("stopped", 1)
        except BrokenPipeError:
            _mute_stdout()
            return 1
        except Exception as error:
            strange = _in_no_text(args) if isinstance(error, UnicodeEncodeError) else ""
            if os.environ.get(DEBUG) and not strange:
                raise
            return _tell(strange, 2) if strange else _tell(_unexpected(error), 1)
        return code if isinstance(code, int) else 0


def sentence(message: str, mend: str = "") -> str:
    """Join message and mend to one line: `what is wrong: what to do`."""
    return f"{message.rstrip('.')}; {mend}" if mend else message


def _in_no_text(args: Sequence[str] | None) -> str:
    """What is wrong with the first argument that is not UTF-8 (names of files need not be, text must); empty if all
    are."""
    for argument in sys.argv[1:] if args is None else args:
        shown = argument.encode(errors="replace").decode()
        if shown != argument:
            return sentence(f"the argument {shown!r} is not UTF-8", "write it in UTF-8, which your terminal should use")
    return ""


def _one_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split())
    if isinstance(error, click.UsageError) and not isinstance(error, Misuse) and error.ctx is not None:
        return f"{text.rstrip('.')}; see {error.ctx.command_path} --help"
    return text


def _unexpected(error: Exception) -> str:
    from storage.errors import StorageError
    from survey.packaged import SurveyDataError
    from survey.questionnaire import UnknownEditionError, UnknownIndicatorError

    if isinstance(error, StorageError):
        return " ".join(str(error).split())
    if isinstance(error, SurveyDataError):  # of an extension: what ships is tested
        return sentence(" ".join(str(error).split()), "losi extension check tells what else is wrong")
    if isinstance(error, UnknownEditionError | UnknownIndicatorError):
        return sentence(str(error), NO_QUESTION)  # of stored results: what a user types is refused before
    text = " ".join(str(error).split()) or "no message"
    return f"unexpected {type(error).__name__}: {text}; set {DEBUG}=1 to see where, and please report it"


def _tell(message: str, code: int) -> int:
    click.echo(f"losi: {message}", err=True)
    return code


def _mute_stdout() -> None:
    """Keep the interpreter from complaining when it flushes at exit what stdout does not take."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
