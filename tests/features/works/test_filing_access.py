"""Every address of files is nothing to who does not belong there, and to members who may not."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS
from app.core.errors import NotThere
from app.works.access import place
from app.works.filing import queries
from app.works.filing.commands import Sheet, file_away
from tests.features.works.filing_steps import Sender, add, begun, photo, week


def addresses(site: Any) -> list[str]:
    """Every address of files that there is to be read."""
    url = add(site, "adam", "design", "Rzut", files=(BytesIO(photo()), "dach.jpg"))
    of = begun(site)
    upload = Sender(site, "wojtek", of).begin(photo()).json["id"]
    site.sent("olga", f"{site.url}/files/folders", name="Geodezja")
    site.work()
    own = site.sql("SELECT public_id FROM works_folders")[0][0]
    file = site.sql("SELECT public_id FROM works_files")[0][0]
    files = f"{site.url}/files"
    return [
        files, f"{files}/all", f"{files}/new", f"{files}/new?folder=design", f"{files}/withdrawn", f"{files}/folders",
        f"{files}/folders/design", f"{files}/folders/{own}", url, f"{url}/download", f"{url}/versions/1",
        f"{url}/file/{file}", f"{url}/picture/{file}/1", f"{url}/photos/{file}", f"{files}/series/new",
        f"{files}/series/{of}", f"{files}/series/{of}/edit", f"{files}/series/{of}/compare",
        f"{files}/series/{of}/{week()}", f"{files}/uploads/{upload}",
    ]  # fmt: skip


def test_whoever_does_not_belong_finds_nothing(site: Any) -> None:
    found = addresses(site)
    for path in found:
        allowed = "wojtek" if "/uploads/" in path else "olga"
        assert site.enter(allowed).get(path).status_code == 200, path
        for login in ("obcy", "gap", "O1"):
            assert site.enter(login).get(path).status_code == 404, (login, path)
            there = path.replace(site.id, site.other_id)
            if login == "obcy" and path.count("/") > 4 and not there.endswith(("/new", "/design", "folder=design")):
                assert site.enter(login).get(there).status_code == 404, there
        assert site.stranger.get(path).status_code == 302, path


def test_who_only_looks_adds_nothing(site: Any) -> None:
    of = begun(site)
    add(site, "adam", "design", "Rzut")
    irena = site.enter("irena")
    assert irena.get(f"{site.url}/files").status_code == 200
    assert "Dodaj dokument" not in irena.get(f"{site.url}/files").text
    assert irena.get(f"{site.url}/files/new").status_code == 404
    page = f"{site.url}/files/series/{of}/{week()}"
    assert "Dodaj zdjęcia" not in irena.get(page).text
    assert site.sent("irena", page, f"{site.url}/files", files=(BytesIO(photo()), "a.jpg")).status_code == 404


def test_an_invoice_is_its_authors_and_of_those_with_the_right(site: Any) -> None:
    wojtek = site.actor("wojtek")

    def filed() -> str:
        sheet = Sheet("invoices", "Faktura tajna", amount=100)
        return file_away(place(wojtek, site.id), sheet, [checked("f.txt", b"tajne", DOCUMENTS)]).public_id

    url = f"{site.url}/files/{site.do(filed)}"
    for login, status in (("wojtek", (200, 303)), ("olga", (200, 303)), ("wanda", (404,)), ("adam", (404,))):
        assert site.enter(login).get(url).status_code in status, login
    assert "Faktura tajna" not in site.enter("wanda").get(f"{site.url}/files/all?q=faktura").text
    assert "Faktura tajna" not in site.enter("wanda").get(f"{site.url}/files").text
    assert site.enter("wanda").get(f"{url}/download").status_code == 404


def test_a_file_belongs_to_its_document_alone(site: Any) -> None:
    one, two = add(site, "adam", "design", "Jeden"), add(site, "adam", "design", "Dwa", content=b"inne")
    file = site.sql("SELECT f.public_id FROM works_files f JOIN works_documents d ON d.id = f.document_id "
                    "WHERE d.title = 'Jeden'")[0][0]  # fmt: skip
    assert site.enter("adam").get(f"{one}/file/{file}").status_code == 200
    assert site.enter("adam").get(f"{two}/file/{file}").status_code == 404
    assert site.enter("adam").get(f"{two}/picture/{file}/1").status_code == 404


def test_a_guest_reads_one_document_and_its_newest_files(site: Any) -> None:
    url = add(site, "adam", "design", "Rzut", content=b"pierwsza")
    old = site.sql("SELECT public_id FROM works_files")[0][0]
    site.sent("adam", f"{url}/versions", url, seen="1", files=(BytesIO(b"druga"), "rzut.txt"))
    document = url.rpartition("/")[2]
    line, note, files = site.do(lambda: queries.document_for_guest(document))
    assert (line.title, note, [one.version for one in files]) == ("Rzut", "", [2])
    assert site.do(lambda: queries.file_for_guest(document, files[0].public_id)).version == 2
    with pytest.raises(NotThere):
        site.do(lambda: queries.file_for_guest(document, old))
    site.sent("adam", f"{url}/withdraw", url, reason="zła skala")
    with pytest.raises(NotThere):
        site.do(lambda: queries.document_for_guest(document))
