"""Shows what detectors saw on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from detectors.plainly import plainly
from losi.terminal import printable, show, stdout, table
from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.observation import Observation
    from detectors.page import Page


def print_observations(page: Page, observations: Sequence[Observation]) -> None:
    """Print title, language and every observation of a page, the strongest first."""
    console = stdout()
    console.print(Text(printable(page.title) or page.url, "bold"))
    console.print(Text(f"language {page.language or 'not known'}, {count_of(len(observations), 'observation')}\n"))
    made = table("", ("strength", "feature", "seen as", "words", "why"), right=("strength",))
    for observation in sorted(observations, key=lambda o: (o.polarity, -o.strength, o.feature)):
        against = "against: " if observation.polarity == "against" else ""
        made.add_row(
            Text(f"{observation.strength:.2f}", "bold" if observation.is_proof else "dim"),
            observation.feature,
            f"{against}{observation.kind}",
            marked(observation),
            Text(printable(str(plainly(observation.why, observation.quote, observation.matched)))),
        )
    show(console, made)


def marked(observation: Observation, limit: int = 160) -> Text:
    """The quote with the matched words in bold."""
    text = Text(printable(observation.quote))
    for start, end in observation.matched:
        text.stylize("bold", start, end)
    text.truncate(limit, overflow="ellipsis")
    return text
