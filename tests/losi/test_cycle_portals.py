"""Lists of portals of any make are read; addresses are verified against real servers."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from losi.languages import language_codes
from losi.portal_files import read_portals
from losi.table_files import Fault
from storage.database import Database
from storage.records import PortalRecord
from storage.repository import Step, end_visit, finish_run, start_run

Losi = Callable[..., Any]


def portals_of(path: Path) -> list[tuple[str, str, str | None, str | None]]:
    found = [row for row in read_portals(path) if isinstance(row, PortalRecord)]
    return [(row.url, row.name, row.country, row.region) for row in found]


LIMA = ("https://www.lima.example/", "Lima", "PER", "Costa")


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("URL;Municipality;Country;Province", "utf-8-sig"),
        ("Sitio web;Municipio;País;Región", "utf-8"),
        ("Web-Site\tVille\tPays\tDépartement", "cp1252"),
        ("portal,city,ISO3,state", "utf-16"),
        ("portal,city,ISO3,state", "utf-16-le"),
        ("portal,city,ISO3,state", "utf-16-be"),
        ("Сайт;Город;Страна;Область", "cp1251"),
        ("Ιστοσελίδα;Δήμος;Χώρα;Περιφέρεια", "cp1253"),
    ],
)
def test_columns_are_known_by_many_names(tmp_path: Path, head: str, encoding: str) -> None:
    mark = next(mark for mark in ";\t," if mark in head)
    row = mark.join(("www.lima.example", "Lima", "Peru", "Costa"))
    (tmp_path / "list.csv").write_text(f"{head}\n{row}\n", encoding=encoding)
    assert portals_of(tmp_path / "list.csv") == [LIMA]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("windows-1252", "Áncash, Ñaña y Junín"),
        ("windows-1250", "Łódź, Gdańsk i Częstochowa"),
        ("windows-1251", "Караганда и Алматы"),
        ("windows-1253", "Δήμος Θεσσαλονίκης"),
        ("windows-1254", "Eskişehir, Muğla, Şanlıurfa"),
        ("windows-1256", "بلدية الزرقاء الكبرى"),
        ("cp932", "さいたま市とひたちなか市、髙槻市①"),
    ],
)
def test_names_in_the_encodings_of_spreadsheets(offline: Losi, tmp_path: Path, encoding: str, name: str) -> None:
    rows = "".join(f'https://town-{number}.example/,"{name}"\n' for number in range(8))
    (tmp_path / "list.csv").write_text(f"url,name\n{rows}", encoding=encoding)
    done = offline("portals", "import", "list.csv")
    assert (done.code, done.out) == (0, "8 portals added, 0 changed, 0 unchanged\n")
    assert f"list.csv does not tell its encoding, taken as {encoding}; look" in done.err
    assert {row["name"] for row in json.loads(offline("portals", "list", "--json", "-").out)["portals"]} == {name}


def test_a_file_that_tells_its_encoding_is_taken_without_a_word(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url,name\na.example,Łódź\n", encoding="utf-8")
    assert offline("portals", "import", "list.csv").err == ""


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("es", "es"),
        ("Spanish", "es"),
        ("Español; quechua", "es, qu"),
        ("es qu", "es, qu"),
        ("English/French", "en, fr"),
        ("Ελληνικά", "el"),
        ("русский", "ru"),
        ("pt_BR", "pt-BR"),
        ("spa", "es"),
        ("", ""),
    ],
)
def test_languages_are_known_by_codes_and_names(said: str, codes: str) -> None:
    assert language_codes(said) == codes


@pytest.mark.parametrize("said", ["Klingonese", "xx", "es, Klingonese", "12"])
def test_an_unknown_language_is_told(said: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f'url,language\na.example,"{said}"\nb.example,es\n')
    fault, good = read_portals(tmp_path / "list.csv")
    assert isinstance(fault, Fault)
    assert (fault.line, "unknown language" in fault.message) == (2, True)
    assert isinstance(good, PortalRecord)
    assert good.language == "es"


def test_a_workbook_may_have_titles_and_other_sheets(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("About").append(["About this list"])
    sheet = book.create_sheet("Portals")
    sheet.append(["Municipal portals 2026"])
    sheet.append([])
    sheet.append(["City", "Country", "Website", "Region", "Questionnaire"])
    sheet.append(["Lima", "Peru", "www.lima.example", "Costa", "losi-2024"])
    sheet.append([None, None, None, None, None])
    sheet.append(["Nowhere", "Peru", "not a url", "Costa", None])
    sheet.append(["Lima again", "Peru", "https://www.lima.example/", "Costa", None])
    sheet.append(["Cusco", "Peru", "cusco.example", "Sierra", "losi-1999"])
    book.save(tmp_path / "list.xlsx")
    assert portals_of(tmp_path / "list.xlsx") == [LIMA]
    faults = [row for row in read_portals(tmp_path / "list.xlsx") if isinstance(row, Fault)]
    assert [fault.line for fault in faults] == [6, 7, 8]
    assert "line 4" in faults[1].message


def test_a_workbook_that_says_wrong_how_far_it_goes_is_read_whole(tmp_path: Path) -> None:
    book = Workbook()
    rows = [["url", "name", "country"], *([f"t{number}.example", f"T{number}", "PER"] for number in range(5))]
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "right.xlsx")
    with ZipFile(tmp_path / "right.xlsx") as right, ZipFile(tmp_path / "list.xlsx", "w") as wrong:
        for name in right.namelist():
            wrong.writestr(name, right.read(name).replace(b'<dimension ref="A1:C6"', b'<dimension ref="A1:B2"'))
    found = portals_of(tmp_path / "list.xlsx")
    assert found == [(f"https://t{number}.example/", f"T{number}", "PER", None) for number in range(5)]


def test_an_apostrophe_that_belongs_to_a_name_stays(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url,name\na.example,'s-Gravenhage\nb.example,'-Town\n")
    offline("portals", "import", "list.csv")
    offline("portals", "export", "again.csv")
    assert offline("portals", "import", "again.csv").out == "0 portals added, 0 changed, 2 unchanged\n"
    assert [name for _, name, _, _ in portals_of(tmp_path / "again.csv")] == ["'s-Gravenhage", "-Town"]


def test_a_workbook_in_the_old_form_is_refused_with_its_mend(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    done = offline("portals", "import", "list.xls")
    assert (done.code, done.lines) == (
        1,
        ["losi: list.xls is a workbook in the old form (XLS); save it as XLSX or CSV anew"],
    )


def test_a_list_without_addresses_is_refused(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    done = offline("portals", "import", "list.csv")
    assert done.code == 1
    assert "no column 'url'" in done.err


def test_portals_without_an_address_are_listed(offline: Losi) -> None:
    rows = list(csv.DictReader(io.StringIO(offline("portals", "list", "--missing").out)))
    assert rows
    assert all(row["name"] and not row["url"] for row in rows)


class Town(BaseHTTPRequestHandler):
    """One site a path."""

    def do_GET(self) -> None:
        answers = {
            "/moved/": (301, {"Location": "/new/"}, ""),
            "/new/": (200, {}, "The new site of the town. " * 30),
            "/": (200, {}, "Welcome to the town hall. " * 30),
        }
        status, headers, text = answers.get(self.path, (404, {}, "nothing"))
        body = f"<html><title>Town</title><body><main>{text}</main><footer>© 2026 City of Town</footer></html>".encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def town() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Town)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_addresses_are_verified(losi: Losi, tmp_path: Path, town: str) -> None:
    rows = [f"{town}/,Good", f"{town}/moved/,Moved", f"{town}/gone/,Gone", "http://127.0.0.1:1/,Dead"]
    (tmp_path / "list.csv").write_text("url,name\n" + "\n".join(rows) + "\n")
    losi("portals", "import", "list.csv")
    done = losi("portals", "verify", "checked.csv", "--allow-private", "--delay", "0", "--timeout", "60")
    assert done.code == 1
    found = {row["name"]: row for row in csv.DictReader((tmp_path / "checked.csv").open())}
    assert (found["Good"]["answer"], found["Good"]["official"]) == ("page", "shown")
    assert found["Moved"]["final"] == f"{town}/new/"
    assert (found["Gone"]["answer"], found["Gone"]["status"], found["Gone"]["proposal"]) == (
        "refused",
        "404",
        f"{town}/",
    )
    assert (found["Dead"]["answer"], found["Dead"]["proposal"]) == ("none", "")


def test_a_cycle_is_begun_shown_paused_and_resumed(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url,name,country,region\na.example,A,PER,Costa\nb.example,B,CHL,Sur\n")
    offline("portals", "import", "list.csv")
    refused = offline("cycle", "new", "2026", "--portals", "country=FRA")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("losi: no portal fits 'country=FRA'; ")
    assert offline("cycle", "new", "2026", "--edition", "losi-2024").out == "cycle 2026: 2 portals planned\n"
    assert "already a cycle" in offline("cycle", "new", "2026").err
    status = json.loads(offline("cycle", "status", "2026", "--json", "-").out)
    assert (status["portals"], status["states"], status["crawling"]) == (2, {"pending": 2}, False)
    assert [region["region"] for region in status["regions"]] == ["Americas"]
    own = json.loads(offline("cycle", "status", "2026", "--regions-of-country", "--json", "-").out)
    assert [(region["region"], region["open"]) for region in own["regions"]] == [("Costa", 1), ("Sur", 1)]
    assert "0 of 2 portals read" in offline("cycle", "status", "2026").out
    assert offline("cycle", "pause", "2026").out == "cycle 2026: paused\n"
    assert "paused" in offline("cycle", "crawl", "2026").err
    assert offline("cycle", "resume", "2026").code == 0
    assert offline("cycle", "status", "2027").err.startswith("losi: there is no cycle '2027'; there are 2026")


def test_regions_of_one_name_in_two_countries_stay_apart(offline: Losi, tmp_path: Path) -> None:
    rows = "a.example,PER,Norte\nb.example,CHL,Norte\nc.example,CHL,Sur\nd.example,CHL,\n"
    (tmp_path / "list.csv").write_text(f"url,country,region\n{rows}")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026")
    status = json.loads(offline("cycle", "status", "2026", "--regions-of-country", "--json", "-").out)
    assert {one["region"]: one["portals"] for one in status["regions"]} == {
        "": 1,
        "Norte (CHL)": 1,
        "Norte (PER)": 1,
        "Sur": 1,
    }


def test_what_failed_is_shown_and_reopened(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("url,name\na.example,A\nb.example,B\nc.example,C\n")
    offline("portals", "import", "list.csv")
    offline("cycle", "new", "2026")
    with Database(tmp_path / "losi-data" / "losi.db") as database, database.session() as session:
        runs = {number: start_run(session, number, "losi-2024", cycle_id=1) for number in (2, 3)}
        finish_run(session, runs[2].id, "ok")
        finish_run(session, runs[3].id, "blocked", cause="robots")
        end_visit(session, 1, 1, Step("failed", cause="error", note="KeyError: 'x'"))
        for number, run in runs.items():
            end_visit(session, 1, number, Step("done", counted_id=run.id))
    shown = offline("cycle", "status", "2026").out
    assert "KeyError: 'x'" in shown
    assert "losi cycle reopen 2026" in shown
    status = json.loads(offline("cycle", "status", "2026", "--json", "-").out)
    assert status["failed"] == {"error": 1, "blocked: robots": 1}
    assert status["errors"] == [{"url": "https://a.example/", "note": "KeyError: 'x'"}]
    assert (
        offline("cycle", "reopen", "2026", "--portals", "B").out
        == "cycle 2026: 0 portals are due again; --read-too takes those that were read too\n"
    )
    assert offline("cycle", "reopen", "2026").out.startswith(
        "cycle 2026: 2 portals are due again; run losi cycle crawl"
    )
    assert offline("cycle", "reopen", "2026", "--read-too").out.startswith("cycle 2026: 1 portal is due again")
    assert json.loads(offline("cycle", "status", "2026", "--json", "-").out)["states"] == {"pending": 3}


def test_the_bundled_portals_are_the_default(offline: Losi) -> None:
    done = offline("cycle", "new", "2026", "--portals", "kind=national country=PER,Chile")
    assert done.out == "cycle 2026: 2 portals planned\n"
    assert offline("cycle", "add", "2026", "--portals", "kind=city country=PER").out == "cycle 2026: 1 portal added\n"
