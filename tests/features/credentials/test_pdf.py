"""What is printed can be read back, reads aloud, and nobody's words are markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.gateways import pdf
from tests.paper import page_words

SHEET = """#import "/gateways/print/layout.typ": *
#show: sheet.with(title: data.title)
= #data.title
#lines(data.text)
#text(font: heading-font, data.text)
#text(weight: 600, data.text)
"""


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Renders a sheet of the shared layout; templates must lie below the root of the product."""
    root = tmp_path / "app"
    (root / "gateways" / "print").mkdir(parents=True)
    source = root / "sheet.typ"
    source.write_text(SHEET)
    (root / "gateways" / "print" / "layout.typ").write_text((pdf.FONTS.parent / "layout.typ").read_text())
    monkeypatch.setattr(pdf, "ROOT", root)
    return lambda text, **more: pdf.render(source, {"title": "Tytuł", "text": text, "office": {}, **more})


def test_words_in_three_alphabets_read_back(sheet: Any) -> None:
    made = sheet("Zażółć gęślą jaźń – „ŁÓDŹ”\nЩо нового, Їжаче? ґ", office={"name": "SM „Słoneczna”"})
    (words,) = page_words(made)
    assert words.count("Zażółćgęśląjaźń–„ŁÓDŹ”Щонового,Їжаче?ґ") == 3
    assert "SM„Słoneczna”" in words
    assert "Strona1z1" in words


def test_it_is_tagged_and_says_its_title_and_language(sheet: Any) -> None:
    made = sheet("Treść", lang="uk")
    assert made.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in made
    assert re.search(rb"/Marked\s*true", made)
    assert re.search(rb"/Lang\s*\(uk\)", made)
    assert re.search(rb"/DisplayDocTitle\s*true", made)
    assert "Tytuł".encode("utf-16-be").hex().upper().encode() in made
    assert b"pdfuaid:part" in made or b"pdfuaid" in made


@pytest.mark.parametrize("words", ['#panic("x")', "*x* _y_ $z$ @w <v>", "\\u{41} #import", "</svg>", "= nagłówek"])
def test_markup_in_data_stays_text(sheet: Any, words: str) -> None:
    assert words.replace(" ", "") in page_words(sheet(words))[0]


def test_signs_that_no_font_shows_do_not_stop_the_file(sheet: Any) -> None:
    assert "Jan???Kowalski" in page_words(sheet("Jan 日本\0 Kowalski"))[0].replace(" ", "")
    assert "a?b" in page_words(sheet("a😀b"))[0]


def test_every_sign_that_is_let_through_can_be_shown(sheet: Any) -> None:
    known = "".join(chr(code) for code in range(33, 0x3000) if not pdf._UNKNOWN.match(chr(code)))
    assert len(known) > 400
    sheet(known)


def test_a_process_of_its_own_makes_the_same(app: Any) -> None:
    from app.credentials import paper

    data = {"office": {"name": "SM"}, "lang": "pl", "title": "T", "letters": [], "words": {}, "codes": {}}
    assert page_words(pdf.render_apart(paper.TEMPLATE, data)) == page_words(pdf.render(paper.TEMPLATE, data))


def test_a_mistake_in_a_template_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "ROOT", tmp_path)
    (tmp_path / "bad.typ").write_text("#nothing")
    with pytest.raises(pdf.CannotPrint, match=r"bad\.typ"):
        pdf.render(tmp_path / "bad.typ", {})
