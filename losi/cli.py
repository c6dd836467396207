"""The `losi` command: joins the commands; each of them loads what it needs when it runs."""

from __future__ import annotations

import click

from crawler.garbage import begin
from losi.commands.archives import archives
from losi.commands.audit import audit
from losi.commands.check import check
from losi.commands.cycle import cycle
from losi.commands.detect import detect
from losi.commands.diff import diff
from losi.commands.export import export
from losi.commands.extension import extension
from losi.commands.import_ import import_
from losi.commands.inspect import inspect
from losi.commands.portals import portals
from losi.commands.publish_claims import claims
from losi.commands.quality import quality
from losi.commands.review import review
from losi.commands.schedule import schedule
from losi.commands.score import score
from losi.commands.worker import worker
from losi.detector_problems import hush
from losi.errors import PlainGroup
from losi.options import example


@click.group(
    cls=PlainGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("losi check --demo", "losi check https://www.example.gov --country FRA"),
)
@click.version_option(package_name="losi-scout", prog_name="losi")
def main() -> None:
    """LOSI Scout: pre-fill the UN Online Service questionnaires from official portals, with proof.

    Exit codes: 0 done, 1 it ran and something failed, 2 wrong usage.
    """
    begin()
    hush()


_SURVEYS = (cycle, score, claims, diff, portals, extension, schedule, worker, archives)

for command in (check, inspect, detect, export, import_, quality, review, audit, *_SURVEYS):
    main.add_command(command)
