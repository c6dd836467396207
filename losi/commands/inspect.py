"""`losi inspect`: the page detectors on saved pages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from losi.errors import Misuse
from losi.options import example, use_extension


@click.command(
    epilog=example(
        "losi inspect budget.html --url https://www.example.gov/budget --json -",
        "losi inspect --manifest pages.jsonl --out observations.jsonl -j 2",
    )
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", metavar="URL", help="The address the page was saved from; links are resolved against it.")
@click.option("--json", "json_to", metavar="FILE", help='Write JSON to this file; "-" is stdout.')
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Many pages: JSON Lines of {"id", "file", "url"}; `file` is relative to the manifest.',
)
@click.option("--out", metavar="FILE", help='With --manifest: where the JSON Lines go; "-" is stdout.')
@click.option("-j", "processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to use.")
def inspect(
    file: Path | None, url: str | None, json_to: str | None, manifest: Path | None, out: str | None, processes: int
) -> int:
    """Run all page detectors on saved pages and show what they see.

    This is what a detector author uses: no crawl, no database. A row of a manifest that fails is reported with its
    line, the rest goes on, and the exit code is 1.
    """
    from losi.manifest import is_web_address

    use_extension(Path(os.environ.get("LOSI_DATA", "losi-data")))
    if manifest is not None:
        if file is not None or url or json_to:
            raise Misuse("--manifest excludes FILE, --url and --json", "give either one page or a manifest")
        if not out:
            raise Misuse("--manifest needs --out FILE", "or --out - for stdout")
        return _many(manifest, out, processes)
    if file is None or not url:
        raise Misuse(
            "a page needs FILE and --url", "for example: losi inspect page.html --url https://www.example.gov/"
        )
    if out:
        raise Misuse("--out belongs to --manifest", "use --json FILE for one page")
    if not is_web_address(url):
        raise Misuse(f"{url!r} is no web address", "for example: --url https://www.example.gov/budget")
    return _one(file, url, json_to)


def _one(file: Path, url: str, json_to: str | None) -> int:
    from detectors.inspector import Inspector
    from losi.manifest import open_page
    from losi.output import page_document, write_json
    from losi.page_tables import print_observations

    page = open_page(file, url)
    inspector = Inspector.default()
    observations = inspector.inspect(page)
    problems = tuple(inspector.problems)
    for problem in problems:
        click.echo(f"losi: {problem}", err=True)
    if json_to:
        write_json(page_document(page, observations, problems), json_to)
    else:
        print_observations(page, observations)
    return 0


def _many(manifest: Path, out: str, processes: int) -> int:
    from losi.detector_problems import detectors_told
    from losi.manifest import inspect_rows, read_manifest, row_document
    from losi.output import writer
    from losi.progress import counted
    from survey.counts import count_of

    failed = 0
    rows = list(read_manifest(manifest))
    with writer(out, grows=True) as write, detectors_told():
        for inspected in counted(inspect_rows(rows, processes), total=len(rows), label="pages"):
            if inspected.error:
                failed += 1
                click.echo(f"losi: {manifest}:{inspected.line}: {inspected.error}", err=True)
            else:
                write(json.dumps(row_document(inspected), ensure_ascii=False) + "\n")
    if failed:
        click.echo(f"losi: {failed} of {count_of(len(rows), 'row')} failed; mend these lines and run again", err=True)
    return 1 if failed else 0
