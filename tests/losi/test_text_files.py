"""Lists of portals in the code pages that spreadsheets of their countries write."""

from __future__ import annotations

import gzip
import sys
from binascii import crc32
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from zlib import compress

import pytest

from losi.text_files import decoded

Losi = Callable[..., Any]
NOISE = Random(7).randbytes(30_000)

NAMES = {
    ("kr", "cp949"): "서울 부산 대구 인천 광주 대전 울산 세종 수원 춘천 청주 홍성 전주 무안 안동 창원 제주",
    ("jp", "cp932"): "東京 大阪 横浜 名古屋 札幌 福岡 神戸 川崎 京都 広島 仙台 千葉 北九州 堺 浜松 新潟 熊本",
    ("jp", "euc-jp"): "さいたま市 大阪市 横浜市 名古屋市 ひたちなか市 札幌市",
    ("cn", "gb18030"): "北京 上海 广州 深圳 成都 重庆 天津 武汉 西安 南京",
    ("tw", "cp950"): "臺北 高雄 臺中 臺南 新北 桃園 基隆 新竹 嘉義",
    ("ru", "windows-1251"): "Москва Казань Пермь Омск Самара Уфа",
    ("ru", "ibm866"): "Москва Казань Пермь Омск Самара Уфа",
    ("gr", "windows-1253"): "Αθήνα Πάτρα Βόλος Λάρισα Ηράκλειο Χανιά",
    ("pl", "windows-1250"): "Łódź Kraków Gdańsk",
    ("tr", "windows-1254"): "İstanbul Muğla Şanlıurfa",
    ("lt", "windows-1257"): "Vilnius Šiauliai Panevėžys Klaipėda Kėdainiai",
    ("sa", "windows-1256"): "الرياض جدة مكة الدمام الطائف",
    ("fr", "windows-1252"): "Orléans Nîmes Besançon Saint-Étienne Béziers",
}


@pytest.mark.parametrize(("country", "page"), NAMES)
@pytest.mark.parametrize("host", ["https://www.c{0}.go.{1}/", "c{0}.{1}"])
def test_a_short_list_is_read_as_its_addresses_tell(country: str, page: str, host: str) -> None:
    rows = (f"{name};{host.format(n, country)}\r\n" for n, name in enumerate(NAMES[country, page].split()))
    text = "name;url\r\n" + "".join(rows)
    assert decoded(text.encode(page)) == (text, page)


def test_a_text_that_is_not_in_the_code_page_of_its_addresses_is_read_by_its_letters() -> None:
    text = "name,url\n" + "".join(f"{name},https://www.example.kr/\n" for name in ("Москва", "Я", "Пермь я", "Казань"))
    with pytest.raises(UnicodeDecodeError):
        text.encode("windows-1251").decode("cp949")
    assert decoded(text.encode("windows-1251")) == (text, "windows-1251")


def test_the_end_of_a_file_name_is_no_country() -> None:
    text = "name,url\n" + "".join(f"Orléans {n},https://www.c{n}.example.com/index.pl\n" for n in range(4))
    assert decoded(text.encode("windows-1252")) == (text, "windows-1252")


def _picture() -> bytes:
    """A PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + crc32(kind + data).to_bytes(4, "big")

    head = (100).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", compress(NOISE)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [NOISE[:5000], gzip.compress(NOISE[:4000]), _picture(), Path(sys.executable).read_bytes()[:50_000], bytes(900)],
    ids=["random", "gzip", "picture", "program", "zeros"],
)
def test_a_file_that_is_no_text_is_refused_in_one_line(data: bytes, offline: Losi, tmp_path: Path) -> None:
    """What holds no writing has no encoding to be told."""
    (tmp_path / "list.csv").write_bytes(data)
    done = offline("portals", "import", "list.csv")
    assert (done.code, done.out) == (1, "")
    assert done.err == "losi: list.csv is not a text file; save the list as CSV in UTF-8\n"


def test_a_guess_is_told_only_of_a_list_that_can_be_read(offline: Losi, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("Málaga\nJaén\n".encode("windows-1252"))
    done = offline("portals", "import", "list.csv")
    assert done.code == 1
    assert [line.partition(";")[0] for line in done.lines] == ["losi: list.csv has no column 'url'"]
