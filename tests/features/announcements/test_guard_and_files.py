"""What the guard has to say before publication, and what files may come along."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document

from tests.features.announcements.conftest import House
from tests.features.documents.conftest import pdf
from tests.pages import inspect
from tests.paper import page_words

PESEL = "44051401359"


def test_a_pesel_is_published_only_after_a_person_has_decided(house: House, office: Any) -> None:
    public_id = house.write(office, body=f"Zgłoś się: {PESEL}.")
    here = f"/admin/announcements/{public_id}"
    page = inspect(office.get(here))
    assert "Sprawdź, czy nie publikujesz danych osobowych" in page
    assert house.publish(office, public_id).status_code == 422
    seen = re.search(r'name="guard_seen" value="([^"]+)"', page)
    assert seen
    answered = {"guard_seen": seen[1], "guard_confirmed": "1", "guard_reason": "numer przykładowy"}
    assert house.publish(office, public_id, **answered | {"guard_reason": ""}).status_code == 422
    assert house.sql("SELECT state FROM announcements") == [("draft",)]
    assert house.publish(office, public_id, **answered).status_code == 303
    assert house.sql("SELECT subject, reason FROM guard_decisions") == [
        (f"announcement:{public_id}", "numer przykładowy")
    ]


def test_what_is_written_into_a_published_one_is_looked_at_too(house: House, office: Any) -> None:
    public_id = house.published(office)
    here = f"/admin/announcements/{public_id}/edit"
    ((version,),) = house.sql("SELECT version FROM announcements")
    data = {"title": "T", "body": f"PESEL {PESEL}", "importance": "ordinary", "version": str(version)}
    answer = office.post(here, data, form=here)
    assert answer.status_code == 422 and "guard_confirmed" in inspect(answer)
    assert PESEL not in house.sql("SELECT body FROM announcements")[0][0]


def _answer(page: str) -> dict[str, str]:
    seen = re.search(r'name="guard_seen" value="([^"]+)"', page)
    assert seen
    return {"guard_seen": seen[1], "guard_confirmed": "1", "guard_reason": "to przykład"}


def _docx(words: str) -> BytesIO:
    made, document = BytesIO(), Document()
    document.add_paragraph(words)
    document.save(made)
    made.seek(0)
    return made


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lista.pdf", lambda: BytesIO(pdf(f"Numer {PESEL}"))),
        ("lista.docx", lambda: _docx(f"Numer {PESEL}")),
        ("lista.txt", lambda: BytesIO(f"Numer {PESEL}".encode())),
    ],
)
def test_what_stands_in_an_attachment_is_looked_through_before_publishing(
    house: House, office: Any, name: str, content: Any
) -> None:
    public_id = house.write(office, files=(content(), name))
    here = f"/admin/announcements/{public_id}"
    assert "Czytamy treść plików" in inspect(office.get(here))
    early = house.publish(office, public_id)
    assert early.status_code == 409 and "Sprawdzamy jeszcze treść pliku" in inspect(early)
    house.run_jobs("attachments.words")
    page = inspect(office.get(here))
    assert f"Plik „{name}”" in page and PESEL in page
    assert house.publish(office, public_id).status_code == 422
    assert house.publish(office, public_id, **_answer(page)).status_code == 303
    assert PESEL not in str(house.sql("SELECT findings FROM guard_decisions")), "a decision is no second copy"


def test_a_file_added_to_a_published_one_waits_until_it_was_looked_through(house: House, office: Any) -> None:
    public_id = house.published(office)
    here, anna = f"/admin/announcements/{public_id}", house.browser("anna")
    ((version,),) = house.sql("SELECT version FROM announcements")
    data = {"title": "T", "body": "B", "importance": "ordinary", "version": str(version),
            "files": (BytesIO(pdf(f"Numer {PESEL}")), "Lista.pdf")}  # fmt: skip
    assert office.post(f"{here}/edit", data, form=f"{here}/edit").status_code == 303
    ((file,),) = house.sql("SELECT public_id FROM announcement_files")
    assert "Lista.pdf" not in inspect(anna.get(f"/news/{public_id}"))
    assert anna.get(f"/news/{public_id}/files/{file}").status_code == 404
    early = office.post(f"{here}/files/release", {}, form=here)
    assert early.status_code == 409 and "Sprawdzamy jeszcze treść pliku" in inspect(early)
    house.run_jobs("attachments.words")
    page = inspect(office.get(here))
    assert "Pokaż pliki mieszkańcom" in page and PESEL in page
    assert office.post(f"{here}/files/release", {}, form=here).status_code == 422
    assert office.post(f"{here}/files/release", _answer(page), form=here).status_code == 303
    assert "Lista.pdf" in inspect(anna.get(f"/news/{public_id}"))
    assert anna.get(f"/news/{public_id}/files/{file}").status_code == 200


def test_a_draft_from_before_files_were_read_is_read_when_it_is_opened(house: House, office: Any) -> None:
    public_id = house.write(office, files=(BytesIO(pdf("Harmonogram")), "plan.pdf"))
    house.sql("DELETE FROM jobs WHERE name = 'attachments.words'")
    office.get(f"/admin/announcements/{public_id}")
    house.run_jobs("attachments.words")
    assert house.publish(office, public_id).status_code == 303


def test_pictures_and_attachments_come_along_and_can_be_removed(house: House, office: Any, picture: Any) -> None:
    file = (BytesIO(b"%PDF-1.7\n%%EOF\n"), "Harmonogram.pdf")
    public_id = house.write(office, body="Plan: ![plan prac](#1)", pictures=picture(), files=file)
    house.run_jobs("attachments.preview", "attachments.words")
    page = inspect(office.get(f"/admin/announcements/{public_id}"))
    assert "Harmonogram.pdf" in page and 'alt="plan prac"' in page and "nie ma opisu" in page
    here = f"/admin/announcements/{public_id}/edit"
    names = dict(house.sql("SELECT role, public_id FROM announcement_files"))
    form = {"title": "T", "body": "B", "audience": "all", "importance": "ordinary", "tell": "none",
            f"words_{names['picture']}": "Zdjęcie studni", "remove": names["attachment"]}  # fmt: skip
    ((version,),) = house.sql("SELECT version FROM announcements")
    assert office.post(here, form | {"version": str(version)}, form=here).status_code == 303
    assert house.sql("SELECT role, words FROM announcement_files") == [("picture", "Zdjęcie studni")]
    house.publish(office, public_id)
    assert 'alt="Zdjęcie studni"' in inspect(house.browser("anna").get(f"/news/{public_id}"))


@pytest.mark.parametrize(
    ("field", "content", "name"),
    [
        ("pictures", b"<html>", "a.png"),
        ("pictures", b"%PDF-1.7\n%%EOF\n", "a.pdf"),
        ("files", b"MZ\x90\x00", "a.exe"),
        ("files", b"", "pusty.pdf"),
        ("files", b"%PDF-1.7 <html><script>\n%%EOF\n", "dwoje.pdf"),
        ("files", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "a.txt"),
    ],
)
def test_files_that_are_not_taken(house: House, office: Any, field: str, content: bytes, name: str) -> None:
    data = {"title": "T", "body": "B", "audience": "all", "importance": "ordinary", "tell": "none", "action": "save",
            field: (BytesIO(content), name)}  # fmt: skip
    answer = office.post("/admin/announcements/new", data, form="/admin/announcements/new")
    assert answer.status_code == 422 and f'id="{field}-error"' in inspect(answer)
    assert house.sql("SELECT count(*) FROM announcements") == [(0,)]


def test_a_name_with_a_path_is_only_a_name(house: House, office: Any) -> None:
    public_id = house.write(office, files=(BytesIO(b"%PDF-1.7\n%%EOF\n"), '../../etc/pass"wd.pdf'))
    ((name, file),) = house.sql("SELECT name, public_id FROM announcement_files")
    assert "/" not in name and '"' not in name
    answer = office.get(f"/admin/announcements/{public_id}/files/{file}")
    assert answer.status_code == 200 and answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_notice_for_the_board_says_the_same_on_one_page(house: House, office: Any, picture: Any) -> None:
    body = "## Kiedy\n\nW **środę**:\n\n1. od 8\n2. do 12\n\n| dom | godzina |\n|---|---|\n| 1 | 9 |\n\n> Prosimy 🙂"
    public_id = house.write(office, title="Przegląd gazowy", body=body, pictures=picture())
    answer = office.get(f"/admin/announcements/{public_id}/notice.pdf")
    assert answer.status_code == 200 and answer.content_type == "application/pdf"
    pages = page_words(answer.get_data())
    assert len(pages) == 1
    for word in ("Przeglądgazowy", "Kiedy", "środę", "1.", "od8", "godzina", "Prosimy"):
        assert word in pages[0], word


def test_an_address_on_paper_has_no_hyphens_of_its_own(house: House, office: Any) -> None:
    address = "https://www.example.org/" + "-".join(["dlugi", "adres"] * 12)
    public_id = house.write(office, body=f"Więcej: {address}")
    words = page_words(office.get(f"/admin/announcements/{public_id}/notice.pdf").get_data())[0]
    assert "".join(words.split()).count("-") == address.count("-"), words


def test_a_long_notice_goes_on_to_further_pages(house: House, office: Any) -> None:
    public_id = house.write(office, title="Ł" * 160, body="\n\n".join(["Długi akapit " * 40] * 12))
    answer = office.get(f"/admin/announcements/{public_id}/notice.pdf")
    assert answer.status_code == 200 and len(page_words(answer.get_data())) > 1
