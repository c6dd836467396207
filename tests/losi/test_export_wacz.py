"""`losi export wacz`: the run's archive as one file, which a further check reads as it read the portal."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import losi
from storage.archive import ReplayIndex
from tests.storage.replay_tools import run

Losi = Callable[..., Any]
HOME = "https://www.ciudad-valdeluna.example/"
DEMO = Path(losi.__file__).parent / "demo" / "site.warc.gz"


def states(document: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """State and URLs of the proof, by feature."""
    return {
        found["feature"]: (found["state"], sorted(proof["url"] for proof in found["evidence"]))
        for found in document["findings"]
    }


def test_it_lists_the_pages_that_were_read(checked: Any, offline: Losi, tmp_path: Path) -> None:
    done = offline("export", "wacz", "--portal", HOME, "-o", "city.wacz", "--data", checked.data)
    assert (done.code, done.out) == (0, "city.wacz\n")
    with zipfile.ZipFile(tmp_path / "city.wacz") as package:
        head, *pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
        about = json.loads(package.read("datapackage.json"))
    assert head["format"] == "json-pages-1.0"
    proofs = {proof["url"] for found in checked.document["findings"] for proof in found["evidence"] if proof["capture"]}
    assert proofs <= {page["url"] for page in pages}
    assert len(pages) >= checked.document["run"]["pages"]
    assert about["mainPageUrl"] == pages[0]["url"]
    assert about["title"].startswith("Valdeluna, 20")
    with ReplayIndex([tmp_path / "city.wacz"]) as index:
        assert all(page["url"] in index for page in pages)


def test_into_a_folder_and_the_same_again(checked: Any, offline: Losi, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        done = offline("export", "wacz", "-o", folder, "--data", checked.data)
        assert done.out == f"{folder}/www.ciudad-valdeluna.example-run-1.wacz\n"
    one, two = (tmp_path / folder / "www.ciudad-valdeluna.example-run-1.wacz" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_file_for_all_portals_is_refused(checked: Any, offline: Losi) -> None:
    done = offline("export", "wacz", "-o", "all.wacz", "--data", checked.data)
    assert (done.code, done.lines) == (
        2,
        ["losi: one file holds one portal; add --portal or --run, or give a folder"],
    )


def test_an_archive_that_was_deleted(checked: Any, offline: Losi, tmp_path: Path) -> None:
    done = offline("export", "wacz", "--data", str(tmp_path), "--db", f"sqlite:///{checked.data}/losi.db")
    assert (done.code, done.lines) == (
        1,
        [f"losi: the archive of run 1 is not in {tmp_path}; check the portal again"],
    )


def check(archive: Path | str, folder: Path) -> dict[str, Any]:
    """What a short check of the bundled portal finds, replayed from `archive`."""
    options = ("--name", "Valdeluna", "--country", "ESP", "--no-browser", "--max-pages", "25")
    command = (sys.executable, "-m", "losi", "check", HOME, *options, "--replay", str(archive), "--json", "-")
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=600)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the check finds in the archive that is bundled."""
    return check(DEMO, tmp_path_factory.mktemp("original"))


def test_a_check_of_our_wacz_finds_the_same(
    checked: Any, original: dict[str, Any], offline: Losi, tmp_path: Path
) -> None:
    offline("export", "wacz", "--run", "1", "-o", "city.wacz", "--data", checked.data)
    again = check("city.wacz", tmp_path)
    assert again["run"]["pages"] == original["run"]["pages"]
    assert states(again) == states(original)


def test_a_check_of_another_tool_s_wacz_finds_the_same(original: dict[str, Any], tmp_path: Path) -> None:
    run("wacz", "create", "-o", "theirs.wacz", DEMO, cwd=tmp_path)
    assert states(check("theirs.wacz", tmp_path)) == states(original)
