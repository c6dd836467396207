"""Bytes become the text that was meant, whatever header, BOM and meta claim."""

from __future__ import annotations

import codecs
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.page.charset import decode

TEXTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "languages.toml").read_text(encoding="utf-8"))

LEGACY = [
    ("ja", "cp932", "Shift_JIS"),
    ("ja", "euc_jp", "EUC-JP"),
    ("ja", "iso2022_jp", "ISO-2022-JP"),
    ("ko", "cp949", "EUC-KR"),
    ("zh-Hans", "gb18030", "gb2312"),
    ("zh-Hant", "big5", "Big5"),
    ("ru", "cp1251", "windows-1251"),
    ("ru", "koi8_r", "KOI8-R"),
    ("bg", "cp1251", "windows-1251"),
    ("el", "cp1253", "windows-1253"),
    ("tr", "cp1254", "windows-1254"),
    ("he", "cp1255", "windows-1255"),
    ("ar", "cp1256", "windows-1256"),
    ("lv", "cp1257", "windows-1257"),
    ("th", "cp874", "windows-874"),
    ("pl", "iso8859_2", "ISO-8859-2"),
    ("de", "cp1252", "windows-1252"),
]
IDS = [f"{lang}-{name}" for lang, _, name in LEGACY]
MULTIBYTE = [row for row in LEGACY if row[1] in ("cp932", "euc_jp", "iso2022_jp", "cp949", "gb18030", "big5")]


def page(language: str, codec: str, meta: str = "") -> tuple[bytes, str]:
    """A page in the encoding, and the text it stands for."""
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    body = f"<html><head>{head}<title>x</title></head><body><p>{TEXTS[language]}</p></body></html>".encode(
        codec, "ignore"
    )
    return body, body.decode(codec)


@pytest.mark.parametrize(("language", "codec", "name"), LEGACY, ids=IDS)
def test_the_header_is_believed(language: str, codec: str, name: str) -> None:
    body, text = page(language, codec)
    assert decode(body, f"text/html; charset={name}")[0] == text


@pytest.mark.parametrize(("language", "codec", "name"), LEGACY, ids=IDS)
def test_the_meta_is_believed(language: str, codec: str, name: str) -> None:
    body, text = page(language, codec, name)
    assert decode(body, "text/html")[0] == text


@pytest.mark.parametrize(("language", "codec", "name"), LEGACY, ids=IDS)
def test_a_header_that_claims_utf8_is_overruled_by_the_meta(language: str, codec: str, name: str) -> None:
    body, text = page(language, codec, name)
    assert decode(body, "text/html; charset=utf-8")[0] == text


@pytest.mark.parametrize(("language", "codec", "name"), MULTIBYTE, ids=[f"{r[0]}-{r[2]}" for r in MULTIBYTE])
@pytest.mark.parametrize("header", ["US-ASCII", "ISO-8859-1"])
def test_a_default_header_does_not_hide_a_multibyte_page(language: str, codec: str, name: str, header: str) -> None:
    body, text = page(language, codec, name)
    assert decode(body, f"text/html; charset={header}")[0] == text


@pytest.mark.parametrize(
    ("language", "codec", "name"),
    [("ru", "cp1251", "windows-1251"), ("el", "cp1253", "windows-1253"), ("pl", "cp1250", "windows-1250")],
)
@pytest.mark.parametrize("header", ["US-ASCII", "ISO-8859-1"])
def test_a_default_header_does_not_hide_a_single_byte_page(language: str, codec: str, name: str, header: str) -> None:
    body, text = page(language, codec, name)
    assert decode(body, f"text/html; charset={header}")[0] == text


@pytest.mark.parametrize(("language", "codec"), [(r[0], r[1]) for r in LEGACY if r[1] not in ("iso2022_jp",)])
def test_an_undeclared_encoding_is_detected(language: str, codec: str) -> None:
    body, text = page(language, codec)
    assert decode(body)[0] == text


def test_the_library_that_detects_encodings_is_a_declared_dependency() -> None:
    (distribution,) = packages_distributions()["cchardet"]
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(line.startswith(distribution) for line in project["dependencies"])


def test_undeclared_iso_2022_jp_is_known_by_its_escapes() -> None:
    body, text = page("ja", "iso2022_jp")
    assert decode(body)[0] == text


def test_an_old_name_of_an_encoding_is_known() -> None:
    assert decode("<title>東京都</title>".encode("euc_jp"), "text/html; charset=x-euc-jp") == (
        "<title>東京都</title>",
        "euc_jp",
    )


@pytest.mark.parametrize("header", ["", "text/html; charset=iso-8859-1", "text/html; charset=windows-1251"])
def test_valid_utf8_beats_any_declaration(header: str) -> None:
    body, text = page("hu", "utf-8", "iso-8859-2")
    assert decode(body, header) == (text, "utf-8")


def test_nearly_utf8_stays_utf8() -> None:
    body, text = page("pl", "utf-8", "utf-8")
    assert decode(body + b"\xf1 <p>pasted", "text/html")[0] == text + "\ufffd <p>pasted"


def test_text_cut_inside_a_character_stays_utf8() -> None:
    body = f'<meta charset="utf-8"><p>{TEXTS["ko"]}'.encode()
    text, encoding = decode(body[:-2])
    assert encoding == "utf-8"
    assert text.endswith("\ufffd")
    assert text.count("\ufffd") == 1


@pytest.mark.parametrize("language", ["es", "it"])
def test_a_few_latin1_accents_do_not_make_a_page_utf8(language: str) -> None:
    body, text = page(language, "cp1252")
    assert decode(body, "text/html; charset=utf-8")[0] == text


def test_windows_punctuation_under_a_latin1_label() -> None:
    body = "<p>El año – “presupuesto”</p>".encode("cp1252")
    assert decode(body, "text/html; charset=iso-8859-1")[0] == "<p>El año – “presupuesto”</p>"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_bom_decides(codec: str) -> None:
    assert decode("<p>año 予算</p>".encode(codec), "text/html; charset=iso-8859-1")[0] == "<p>año 予算</p>"


def test_a_utf16_bom_beats_the_meta() -> None:
    assert decode('<meta charset="utf-8"><p>ñ</p>'.encode("utf-16"))[0] == '<meta charset="utf-8"><p>ñ</p>'


def test_a_bom_that_lies_is_not_believed() -> None:
    body, text = page("ru", "cp1251", "windows-1251")
    assert decode(codecs.BOM_UTF8 + body)[0].removeprefix("п»ї") == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declare", [True, False])
def test_utf16_without_a_bom(codec: str, declare: bool) -> None:
    body = "<html><body><p>Municipal budget and news</p></body></html>".encode(codec)
    assert "Municipal budget" in decode(body, f"text/html; charset={codec}" if declare else "")[0]


def test_utf32_with_a_bom() -> None:
    assert decode("<p>año</p>".encode("utf-32"))[0] == "<p>año</p>"


def test_pure_ascii() -> None:
    assert decode(b"<p>plain</p>", "text/html; charset=windows-1251") == ("<p>plain</p>", "utf-8")


def test_empty_body() -> None:
    assert decode(b"", "text/html; charset=big5") == ("", "utf-8")


def test_nul_bytes_survive_decoding() -> None:
    assert decode(b"<p>a\x00b</p>")[0].replace("\x00", "") == "<p>ab</p>"


@pytest.mark.parametrize("name", ["no-such-charset", "x-user-defined", "none", "utf8mb4", "", "ISO-8859-8-I"])
def test_an_unknown_name_is_passed_over(name: str) -> None:
    body, text = page("de", "cp1252")
    assert decode(body, f"text/html; charset={name}")[0] == text


@pytest.mark.parametrize("name", ["base64", "hex", "rot13", "zlib", "undefined", "idna", "punycode"])
def test_a_codec_that_is_no_charset_is_passed_over(name: str) -> None:
    body, text = page("de", "cp1252")
    assert decode(body, f"text/html; charset={name}")[0] == text


@pytest.mark.parametrize("name", ["unicode_escape", "raw_unicode_escape"])
def test_a_python_escape_codec_is_no_charset(name: str) -> None:
    body, text = page("de", "cp1252")
    assert decode(body + rb"\u003cb\u003e", f"text/html; charset={name}")[0] == text + r"\u003cb\u003e"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "us-ascii", "shift_jis", "gb18030", "windows-1251", "iso-2022-jp"]),
)
def test_any_bytes_decode(body: bytes, name: str) -> None:
    text, encoding = decode(body, f"text/html; charset={name}")
    assert isinstance(text, str)
    assert codecs.lookup(encoding)


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=200),
    st.sampled_from(["", "iso-8859-1", "big5"]),
)
def test_utf8_text_comes_back(text: str, name: str) -> None:
    assert decode(text.encode(), f"text/html; charset={name}")[0] == text
