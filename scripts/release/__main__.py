"""Makes a release of the last commit: builds it, proves it, tries it out, lists what is in it; writes to dist/.

python -m scripts.release [--out dist]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from scripts.release import build, contents, licences, sbom, source, trial
from scripts.release.closure import Package, asked, closure, packages, project


class ReleaseError(Exception):
    """The commit cannot be released; the message names every fault."""


def main() -> int:
    """Goes through all steps; exit 1 at the first that fails, and then nothing is written."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.release", description="Makes a release of the last commit."
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the files [default: dist]")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        try:
            files = made(Path(folder))
        except (ReleaseError, trial.TrialError, LookupError, ValueError) as error:
            print(error, file=sys.stderr)
            return 1
        except CalledProcessError as error:
            print(f"{error}\n{error.stdout or ''}{error.stderr or ''}", file=sys.stderr)
            return 1
        chosen.out.mkdir(parents=True, exist_ok=True)
        for path in files:
            shutil.copy(path, chosen.out)
            _say(f"{chosen.out / path.name}, {path.stat().st_size:,} bytes")
    return 0


def made(folder: Path) -> list[Path]:
    """Wheel, sdist, SBOM and SHA256SUMS of the last commit, in the folder."""
    for path in source.uncommitted():
        _say(f"not part of the release: {path[3:]}")
    tree, epoch = source.export(folder / "tree"), source.moment()
    table = project(tree)
    _say(f"{table['name']} {table['version']}, commit {source.commit()}")
    wheel, sdist = _built(tree, folder, epoch)
    constraints = ("--constraint", tree / "constraints.txt", "--build-constraint", tree / "constraints.txt")
    _tried(table, tree, folder / "wheel", wheel, *constraints)
    extras = ",".join(sorted(table["optional-dependencies"]))
    report = folder / "report.json"
    python = _tried(table, tree, folder / "sdist", f"{sdist}[{extras}]", "--report", report, *constraints)
    needed = closure(asked(table), [str(path) for path in python.parents[1].glob("lib/python3*/site-packages")])
    _licensed(needed)
    files = {**sbom.files_of(report), table["name"]: sbom.File.of(wheel)}
    bill = folder / f"{wheel.name.split('-py3')[0]}.cdx.json"
    bill.write_text(sbom.bill(table, needed, files, epoch), encoding="utf-8")
    _say(f"SBOM: {len(needed)} packages, valid")
    sums = folder / "SHA256SUMS"
    sums.write_text(build.sums([wheel, sdist, bill]), encoding="utf-8")
    return [wheel, sdist, bill, sums]


def _built(tree: Path, folder: Path, epoch: int) -> tuple[Path, Path]:
    sources = source.files(tree)
    built = build.build(tree, folder, epoch)
    _stop_at([*contents.of_wheel(built[0], tree, sources), *contents.of_sdist(built[1], sources)])
    _say("wheel and sdist hold what they must, and nothing else")
    _stop_at([f"{name} is not the same when built again" for name in build.differing(built, folder, epoch)])
    _say("built again from the sdist, they are the same byte for byte")
    return built


def _tried(table: Mapping[str, Any], tree: Path, folder: Path, *what: str | Path) -> Path:
    """Installs and runs it; the Python of the environment."""
    work = folder / "work"
    work.mkdir(parents=True)
    python = trial.fresh(folder / "environment")
    trial.install(python, *what)
    answers = trial.at_work(python, work, table["version"], packages(tree))
    _say(f"installed from the {folder.name} alone, it answers {len(answers)} questions of the demo portal")
    return python


def _licensed(needed: Mapping[str, Package]) -> None:
    _stop_at(licences.faults(licences.judge_all(needed.values())))
    _say(f"{len(needed)} packages, all under allowed licences")


def _stop_at(faults: list[str]) -> None:
    if faults:
        raise ReleaseError("\n".join(faults))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
