"""Many files at once: which unit each is for, and what happens once a person has looked."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest

from app.documents.matching import Codes, Match
from tests.features.documents.conftest import pdf
from tests.pages import inspect

NEW = "/admin/documents/batches/new"


@pytest.mark.parametrize(
    ("name", "codes", "match"),
    [
        ("L001.pdf", ["L001", "L002"], Match("L001", "exact")),
        ("rozliczenie_l001_2026.pdf", ["L001", "L002"], Match("L001", "exact")),
        ("Rozliczenie CO 01-12-3 sezon 2025.pdf", ["01/12/3", "01/12/4"], Match("01/12/3", "exact")),
        ("01-12-31.pdf", ["01/12/3", "01/12/31"], Match("01/12/31", "exact")),
        ("1-12-3.pdf", ["01/12/3", "01/12/4"], Match("01/12/3", "likely")),
        ("L1.pdf", ["L001", "L002"], Match("L001", "likely")),
        ("pismo 2026.pdf", ["2026", "L001"], Match("2026", "likely")),
        ("L001 i L002.pdf", ["L001", "L002"], Match(None, "ambiguous")),
        ("L001 sezon 2026.pdf", ["L001", "2026"], Match("L001", "exact")),
        ("L0011.pdf", ["L001"], Match(None, "unknown")),
        ("umowa.pdf", ["L001"], Match(None, "unknown")),
        ("../../L002.pdf", ["L001", "L002"], Match("L002", "exact")),
        ("A/B/1-2.pdf", ["1/2", "A"], Match("1/2", "exact")),
        ("1-2-3.pdf", ["01/02/03", "1/02/3"], Match(None, "ambiguous")),
        (".pdf", ["L001"], Match(None, "unknown")),
        ("łódź-7.pdf", ["ŁÓDŹ/7"], Match("ŁÓDŹ/7", "exact")),
    ],
)
def test_the_code_in_a_name_says_the_unit(name: str, codes: list[str], match: Match) -> None:
    assert Codes(codes).match(name) == match


def packed(files: dict[str, bytes]) -> BytesIO:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def spoilt(packing: int, at: int = 40, octets: bytes = b"\xff" * 30) -> bytes:
    """An archive whose directory is in order, and whose part cannot be unpacked."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        archive.writestr("L001.pdf", pdf("Woda") * 9)
    content = made.getvalue()
    return content[:at] + octets + content[at + len(octets) :]


def taken(house: Any, *files: tuple[BytesIO, str], who: str = "hanna") -> Any:
    return house.sent(
        who, "/admin/documents/batches/new", title="Rozliczenie wody 2026", category="settlement", access=None,
        files=list(files),
    )  # fmt: skip


def test_files_and_archives_are_matched_looked_at_and_stored(house: Any) -> None:
    archive = packed(
        {"woda/L001.pdf": pdf("Woda L001"), "woda/L003.pdf": pdf("Woda L003"), "__MACOSX/._L001.pdf": b"x"}
    )
    answer = taken(house, (archive, "woda.zip"), (BytesIO(pdf("Nikt")), "nikt.pdf"))
    assert answer.status_code == 303
    here = answer.headers["Location"]
    page = inspect(house.enter("hanna").get(here))
    assert re.findall(r'name="unit-(\d)" value="([^"]*)"', page) == [("0", "L001"), ("1", "L003"), ("2", "")]
    assert "nie ma lokalu w nazwie" in page
    assert house.sql("SELECT count(*) FROM documents") == [(0,)], "nothing is stored before a person has looked"
    unknown = house.sent("hanna", here, **{"unit-0": "L001", "unit-2": "NIE-MA", "publish": "y"})
    assert unknown.status_code == 422 and "NIE-MA" in inspect(unknown)
    stored = house.sent("hanna", here, **{"unit-0": "L001", "unit-1": "L003", "unit-2": "", "publish": "y"})
    assert stored.status_code == 303
    assert house.sent("hanna", here, **{"unit-0": "L001", "publish": "y"}).status_code == 409, "once"
    for login, sees in (("O1", 1), ("O3", 1), ("O4", 0), ("O5", 0)):
        assert house.enter(login).get("/documents").text.count("Rozliczenie wody 2026</a>") == sees, login
    house.work()
    assert "Rozliczenie wody 2026" in house.enter("O3").get("/documents/search?q=woda+l003").text


def test_drafts_of_an_upload_are_nobodys_yet_and_a_given_up_one_leaves_nothing(house: Any) -> None:
    first = taken(house, (BytesIO(pdf("a")), "L001.pdf")).headers["Location"]
    assert house.sent("hanna", first, **{"unit-0": "L001"}).status_code == 303
    assert house.sql("SELECT state FROM documents") == [("draft",)]
    assert "Rozliczenie wody" not in house.enter("O1").get("/documents").text
    second = taken(house, (BytesIO(pdf("b")), "L001.pdf")).headers["Location"]
    assert house.sent("hanna", f"{second}/drop", second).status_code == 303
    assert house.sql("SELECT count(*) FROM document_batch_files f JOIN document_batches b ON b.id = f.batch_id "
                     "WHERE b.state <> 'stored'") == [(0,)]  # fmt: skip
    assert house.sent("hanna", f"{second}/drop", "/settings/password").status_code == 409


def test_an_upload_is_its_owners_and_the_same_unit_twice_is_pointed_out(house: Any) -> None:
    here = taken(house, (BytesIO(pdf("a")), "L001 a.pdf"), (BytesIO(pdf("b")), "L001 b.pdf")).headers["Location"]
    assert inspect(house.enter("hanna").get(here)).count("ten lokal jest tu więcej niż raz") == 2
    for who in ("ewa", "irena"):
        assert house.enter(who).get(here).status_code == 404
        assert house.sent(who, here, "/settings/password", **{"unit-0": "L001"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.zip", b"PK\x03\x04 nonsense", "uszkodzone"),
        ("a.zip", spoilt(zipfile.ZIP_DEFLATED), "uszkodzone"),
        ("a.zip", spoilt(zipfile.ZIP_LZMA), "uszkodzone"),
        ("a.zip", spoilt(zipfile.ZIP_BZIP2), "uszkodzone"),
        ("a.zip", packed({"L001.exe": b"MZ"}).getvalue(), "nie przyjmujemy"),
        ("a.zip", packed({"L001.pdf": b""}).getvalue(), "pusty"),
        ("a.zip", packed({f"{n}.pdf": b"x" for n in range(501)}).getvalue(), "za dużo plików"),
        ("a.zip", packed({"L001.pdf": b"%PDF-1.7" + b"0" * (26 << 20)}).getvalue(), "za duży"),
        ("L001.pdf", b"%PDF-1.7 <script>", "nie da się otworzyć"),
        ("L001.html", b"<html>", "nie przyjmujemy"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(house: Any, name: str, content: bytes, sentence: str) -> None:
    answer = taken(house, (BytesIO(content), name))
    assert answer.status_code == 422 and sentence in inspect(answer)
    assert house.sql("SELECT count(*) FROM document_batches") == [(0,)]


def test_a_forgotten_upload_goes_after_a_week(house: Any) -> None:
    from app.documents.jobs import tidy

    taken(house, (BytesIO(pdf("a")), "L001.pdf"))
    house.do(tidy)
    assert house.sql("SELECT count(*) FROM document_batches") == [(1,)]
    house.sql("UPDATE document_batches SET created_at = now() - interval '8 days'")
    house.do(tidy)
    assert house.sql("SELECT count(*) FROM document_batch_files") == [(0,)]
