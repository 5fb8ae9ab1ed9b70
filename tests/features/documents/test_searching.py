"""Finding documents by Polish words, in what is said of them and in their files."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest

from app.documents import searching
from tests.features.documents.conftest import pdf
from tests.pages import inspect

HOME = "/documents"


def docx(text: str) -> bytes:
    """The smallest document of a word processor with one paragraph."""
    made = BytesIO()
    space = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" '
            f'Target="word/document.xml" '
            f'Type="{space}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
            "</w:body></w:document>",
        )
    return made.getvalue()


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("uchwały", "Uchwała"),
        ("uchwałę", "uchwałami"),
        ("lozko", "łóżko"),
        ("ŁÓŻKO", "lozko"),
        ("remontu dachu", "Remont dachów budynku"),
        ("protokół", "protokole"),
        ("żółtej", "Żółtego"),
        ("12/2026", "Uchwała nr 12/2026"),
        ("ogrzewania", "ogrzewanie"),
        ("регламент", "Регламенту"),
    ],
)
def test_a_word_is_found_in_another_case_and_without_its_marks(asked: str, written: str) -> None:
    words = searching.plain(written).split()
    for stem in searching.question(asked):
        assert any(word.startswith(stem) for word in words), (stem, words)


@pytest.mark.parametrize("asked", ["", "   ", "\0", "!!! ??? ---", "&|!:*()'\\", "'; DROP TABLE documents"])
def test_a_question_is_words_and_nothing_else(asked: str) -> None:
    query = searching.as_tsquery(searching.question(asked))
    assert not set(query) & set("|!()'\\;<>-")


def test_documents_are_found_by_what_is_said_of_them_and_by_their_files(house: Any) -> None:
    as_pdf = house.published(title="Pismo pierwsze", files=(BytesIO(pdf("Wymiana pionow wodociagowych")), "a.pdf"))
    as_docx = house.published(title="Pismo drugie", files=(BytesIO(docx("Przegląd kominiarski w marcu")), "b.docx"))
    as_text = house.published(title="Pismo trzecie", files=(BytesIO("Łąka kwietna za śmietnikiem".encode()), "c.txt"))
    by_title = house.published(title="Uchwała w sprawie wodociągów", category="resolution", number="7/2026")

    def found(asked: str) -> list[str]:
        from urllib.parse import quote

        page = inspect(house.enter("O2").get(f"{HOME}/search?q={quote(asked)}"))
        hits = [one for one in (as_pdf, as_docx, as_text, by_title) if f'href="{HOME}/{one}"' in page]
        return sorted(hits, key=lambda one: page.index(f'href="{HOME}/{one}"'))

    assert found("piony") == [as_pdf]
    assert found("kominiarskie przeglądy") == [as_docx]
    assert found("laka smietnik") == [as_text]
    assert found("uchwały 7/2026") == [by_title]
    assert found("wodociągi") == [by_title, as_pdf], "what stands in a title comes first"
    assert found("kominiarz piony") == []
    page = inspect(house.enter("O2").get(f"{HOME}/search?q=kominiarski"))
    assert "Przegląd kominiarski w marcu" in page, "the place in the file is shown"
    assert "Pismo pierwsze" in inspect(house.enter("hanna").get("/admin/documents?q=piony"))


@pytest.mark.parametrize("asked", ["", "x" * 10_000, "%00", "%27%22%3C%3E", "a:*%26!b|(c)", "%F0%9F%98%80"])
def test_no_question_breaks_the_page(house: Any, asked: str) -> None:
    house.published()
    for browser, path in (
        (house.enter("O1"), f"{HOME}/search"),
        (house.enter("hanna"), "/admin/documents"),
        (house.stranger, "/public/documents/search"),
    ):
        assert browser.get(f"{path}?q={asked}&page=9999999").status_code in (200, 400)


def test_words_of_a_version_that_waits_are_not_found_by_readers(house: Any) -> None:
    document = house.published(title="Cennik", access="public")
    here = f"/admin/documents/{document}"
    house.sent("hanna", f"{here}/versions", here, files=(BytesIO(pdf("Hipopotam")), "nowy.pdf"))
    house.work()
    assert f"/public/documents/{document}" not in house.stranger.get("/public/documents/search?q=hipopotam").text
    assert house.sent("hanna", f"{here}/publish", here).status_code == 303
    assert f"/public/documents/{document}" in house.stranger.get("/public/documents/search?q=hipopotam").text
