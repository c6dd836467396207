"""Looks for bytes that break what reads bytes from outside, guided by the code that they reach.

    python -m scripts.fuzz TARGET [--seconds 60] [--seeds FOLDER] [--finds FOLDER]

TARGET is one of urls, charset, page, robots, sitemap, warc, workbook (see scripts/fuzzing/targets.py). It needs
atheris: pip install --group fuzz. What it finds is written to `--finds` and is tried again with

    python -m scripts.fuzz TARGET --again FILE

which needs no atheris. A find becomes a test of its own before it is mended.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

_TARGETS = ("urls", "charset", "page", "robots", "sitemap", "warc", "workbook")
_LONGEST = 1 << 16


def main() -> None:
    """Reads the arguments and fuzzes until the time is over or something breaks."""
    options = _arguments()
    if options.again is not None:
        from scripts.fuzzing.targets import TARGETS

        TARGETS[options.target](options.again.read_bytes())
        print("nothing breaks")
        return
    try:
        atheris = import_module("atheris")
    except ModuleNotFoundError:
        sys.exit("fuzzing needs atheris\nTo mend it: pip install --group fuzz")
    with atheris.instrument_imports(include=["crawler", "detectors", "review", "storage"]):
        from scripts.fuzzing.targets import TARGETS
    options.finds.mkdir(parents=True, exist_ok=True)
    options.seeds.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={options.seconds}", f"-max_len={_LONGEST}", "-timeout=30", "-rss_limit_mb=2048"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={options.finds}/", str(options.seeds)], TARGETS[options.target]
    )
    atheris.Fuzz()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=_TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seeds", type=Path, help="where inputs that reach new code are kept and begun with")
    parser.add_argument("--finds", type=Path, default=Path(".tools/fuzz/finds"))
    parser.add_argument("--again", type=Path, metavar="FILE", help="try one input")
    options = parser.parse_args()
    options.seeds = options.seeds or Path(".tools/fuzz/seeds") / options.target
    return options


if __name__ == "__main__":
    main()
