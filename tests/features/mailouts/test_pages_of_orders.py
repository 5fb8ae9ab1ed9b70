"""The pages of mailouts beyond the plain way: files, templates, the manager's rules, estates, letters, who may what."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest

from tests.features.mailouts.test_pages import FORM, books, csrf, post, staff

__all__ = ["books", "staff"]

TEXT = {"audience": "all", "email": "y", "subject": "Opłaty", "body": "Dzień dobry {nazwisko}", "form_key": "k"}


def pdf(word: str) -> bytes:
    from app.gateways import pdf as gateway
    from app.mailouts import paper

    made = gateway.render(
        paper.TEMPLATE,
        {"office": {}, "lang": "pl", "title": word, "dated": "", "signature": "", "enclosed": "", "duplex": False,
         "letters": [{"address": [word], "subject": word, "body": [word], "enclosed": [], "elsewhere": []}]},
    )  # fmt: skip
    assert made.startswith(b"%PDF")
    return made


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_pdf", ".pdf"), content)
    return out.getvalue()


def spoilt(packing: int) -> bytes:
    """An archive whose directory is in order, and whose part cannot be unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("U1.pdf", b"%PDF-1.7 U1" * 90)
    content = out.getvalue()
    return content[:40] + b"\xff" * 8 + content[48:]


def upload(browser: Any, path: str, field: str, name: str, content: bytes, **more: Any) -> Any:
    data = {**TEXT, **more, "csrf_token": csrf(browser), field: (io.BytesIO(content), name)}
    return browser.post(path, data=data, content_type="multipart/form-data")


def test_a_zip_is_matched_to_units_and_what_has_no_pair_is_told(staff: Any, books: Any) -> None:
    browser = staff("admin")
    content = packed(a__U1_pdf=pdf("Kasztan"), **{"..__..__U4_pdf": pdf("Jawor"), "inne_pdf": pdf("Buk")})
    written = upload(browser, FORM, "unit_files", "pliki.zip", content, skip_missing="y")
    assert written.status_code == 303, written.text
    edit = browser.get(written.headers["Location"].replace("/check", "/edit")).text
    assert "inne.pdf" in edit
    assert "2 plików dopasowanych" in edit or "dopasowan" in edit
    assert books.sql("SELECT unit_code, name FROM mailout_files ORDER BY 1") == [("U1", "U1.pdf"), ("U4", "U4.pdf")]


@pytest.mark.parametrize(
    ("field", "name", "content", "sentence"),
    [
        ("files", "wirus.pdf", rb"%PDF-1.7 X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", ""),
        ("files", "program.exe", b"MZ\x90\x00" * 100, ""),
        ("unit_files", "pliki.zip", b"PK\x03\x04 this is none", "ZIP"),
        ("unit_files", "pliki.zip", spoilt(zipfile.ZIP_DEFLATED), "ZIP"),
        ("unit_files", "pliki.zip", spoilt(zipfile.ZIP_LZMA), "ZIP"),
        ("unit_files", "U1.pdf", b"<html><script>alert(1)</script>", ""),
    ],
)
def test_files_that_are_refused(staff: Any, books: Any, field: str, name: str, content: bytes, sentence: str) -> None:
    answer = upload(staff("admin"), FORM, field, name, content)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text or "notice-bad" in answer.text
    assert sentence in answer.text
    assert books.sql("SELECT count(*) FROM mailout_files") == [(0,)]
    assert books.sql("SELECT count(*) FROM mailouts WHERE attachments <> '[]'") == [(0,)]


def test_a_file_for_all_goes_with_each_letter_and_may_be_taken_away(
    staff: Any, books: Any, crooked: Any, mailer: Any
) -> None:
    browser = staff("admin")
    check = upload(browser, FORM, "files", "Regulamin.pdf", pdf("Regulamin")).headers["Location"]
    home = check.removesuffix("/check")
    assert "Regulamin.pdf" in browser.get(check).text
    token = csrf(browser)
    assert browser.post(f"{home}/files", data={"csrf_token": token, "drop": "0"}).status_code == 303
    assert "Regulamin.pdf" not in browser.get(check).text
    upload(browser, f"{home}/edit", "files", "Statut.pdf", pdf("Statut"))
    early = browser.post(f"{home}/send", data={"csrf_token": token})
    assert early.status_code == 409 and "Sprawdzamy jeszcze treść pliku" in early.text
    read_files(books)
    assert browser.post(f"{home}/send", data={"csrf_token": token}).status_code == 303
    books.turn(mailer)
    assert all(b"Statut.pdf" in message for _to, message in crooked.messages)
    assert browser.get(check).status_code == 303, "what has gone is looked at, not looked over"


def test_what_stands_in_a_file_for_all_is_looked_through(staff: Any, books: Any) -> None:
    browser = staff("admin")
    check = upload(browser, FORM, "files", "Lista.pdf", pdf("PESEL 44051401359")).headers["Location"]
    assert "Czytamy treść plików" in browser.get(check).text
    read_files(books)
    held = browser.post(check.replace("/check", "/send"), data={"csrf_token": csrf(browser)})
    assert held.status_code == 422 and "Plik „Lista.pdf”" in held.text
    assert books.sql("SELECT state FROM mailouts") == [("draft",)]


def read_files(books: Any) -> None:
    """Read what was handed over, as a worker would."""
    from worker import entry

    for (row,) in books.sql("SELECT id FROM jobs WHERE state = 'waiting' AND name = 'attachments.words'"):
        with books.app.app_context():
            entry.run(books.tenant.id, row)


def test_any_recipient_can_be_looked_at(staff: Any, books: Any) -> None:
    browser = staff("admin")
    home = post(browser, FORM, **TEXT, letter="everyone", action="preview").headers["Location"].removesuffix("/check")
    names = [
        re.search(r"Tak zobaczy to ([^<]+)", browser.get(f"{home}/check?n={number}").text)[1]  # type: ignore[index]
        for number in (1, 2, 99999, "x")
    ]
    assert names[0] != names[1]
    assert names[3] == names[0]
    mail = browser.get(f"{home}/mail.html?n=1")
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert "Dzień dobry" in mail.text
    letter = browser.get(f"{home}/letter.pdf?n=1")
    assert letter.data.startswith(b"%PDF")
    for path in ("paper.pdf?n=1&at=1", "prints/none.pdf"):
        assert browser.get(f"{home}/{path}").status_code == 404


def test_the_guard_shows_the_place_and_takes_the_persons_word(staff: Any, books: Any) -> None:
    browser = staff("admin")
    fields = {**TEXT, "body": "Zadzwoń do pana o numerze PESEL 44051401359."}
    home = post(browser, FORM, **fields, action="preview").headers["Location"].removesuffix("/check")
    held = browser.post(f"{home}/send", data={"csrf_token": csrf(browser)})
    assert held.status_code == 422
    marks = re.search(r'name="guard_seen" value="([^"]+)"', held.text)
    assert marks is not None
    answer = {"csrf_token": csrf(browser), "guard_seen": marks[1], "guard_confirmed": "1", "guard_reason": "jego zgoda"}
    assert browser.post(f"{home}/send", data=answer).status_code == 303
    assert books.sql("SELECT state FROM mailouts") == [("sending",)]


def test_pause_and_end_from_the_page(staff: Any, books: Any) -> None:
    browser = staff("admin")
    home = post(browser, FORM, **TEXT, action="preview").headers["Location"].removesuffix("/check")
    token = csrf(browser)
    browser.post(f"{home}/send", data={"csrf_token": token})
    assert "Wstrzymaj" in browser.get(home).text
    for deed, sentence in (("pause", "Wysyłka wstrzymana"), ("resume", "Wysyłamy"), ("cancel", "Wysyłka przerwana")):
        assert browser.post(f"{home}/{deed}", data={"csrf_token": token}).status_code == 303
        assert sentence in browser.get(home).text
    board = staff("board")
    assert board.get(home).status_code == 200
    assert "/pause" not in board.get(home).text
    assert board.post(f"{home}/pause", data={"csrf_token": csrf(board)}).status_code == 404


def test_templates_are_written_used_and_thrown_away(staff: Any, books: Any) -> None:
    browser = staff("admin")
    place = "/admin/mailouts/templates"
    fields = {
        "name": "Kominiarz",
        "subject": "Przegląd kominów",
        "body": "Przyjdzie kominiarz.",
        "sms_text": "Kominiarz!",
    }
    assert post(browser, f"{place}/new", **fields).status_code == 303
    assert post(browser, f"{place}/new", **fields).status_code == 422, "the name is taken"
    listed = browser.get(place).text
    found = re.search(r'/admin/mailouts/templates/([\w-]{22})"', listed)
    assert found is not None
    assert "Przyjdzie kominiarz." in browser.get(f"{FORM}?template={found[1]}").text
    assert browser.get(f"{FORM}?template=none").status_code == 404
    assert post(browser, f"{place}/{found[1]}", **{**fields, "subject": ""}).status_code == 422
    assert post(browser, f"{place}/{found[1]}", **{**fields, "name": "Kominy"}).status_code == 303
    assert browser.post(f"{place}/{found[1]}/delete", data={"csrf_token": csrf(browser)}).status_code == 303
    assert "Kominy" not in browser.get(place).text


def test_the_managers_rules(staff: Any, books: Any) -> None:
    books.sql("INSERT INTO office_profile (id, name, kind) VALUES (1, 'SM', 'cooperative')")
    browser = staff("admin")
    place = "/admin/configuration/mailouts"
    fields = {"sms_from": "20", "sms_until": "8", "mail_from": "0", "mail_until": "0", "second_over": "100",
              "sms_price": "0,12"}  # fmt: skip
    for wrong in ({"sms_from": "24"}, {"sms_price": "drogo"}, {"second_over": "-1"}, {"mail_until": ""}):
        assert post(browser, place, **{**fields, **wrong}).status_code == 422, wrong
    assert post(browser, place, **fields).status_code == 303
    assert 'value="0,12"' in browser.get(place).text
    assert staff("clerk").get(place).status_code == 404


def test_an_estate_is_a_name_for_buildings(staff: Any, books: Any) -> None:
    browser = staff("admin")
    place = "/admin/configuration/estates"
    assert post(browser, f"{place}/new", name="Lipowe", buildings="B2").status_code == 303
    assert post(browser, f"{place}/new", name="Lipowe", buildings="B1").status_code == 422
    assert post(browser, f"{place}/new", name="Inne", buildings="B9").status_code == 422
    ((estate,),) = books.sql("SELECT public_id FROM estates")
    counted = post(browser, FORM, **{**TEXT, "audience": "places", "estates": estate}, action="count")
    assert re.search(r"Osoby w tej grupie</dt><dd>3<", counted.text)
    assert post(browser, f"{place}/{estate}", name="Lipowe", buildings="B1").status_code == 303
    assert browser.get(f"{place}/none").status_code == 404
    assert browser.post(f"{place}/{estate}/delete", data={"csrf_token": csrf(browser)}).status_code == 303
    assert books.sql("SELECT count(*) FROM estates") == [(0,)]


def test_the_list_of_people_and_the_live_count(staff: Any, books: Any) -> None:
    browser = staff("admin")
    data = {**TEXT, "csrf_token": csrf(browser)}
    people = browser.post("/admin/audience/people", data=data)
    assert "Łucja Żak" in people.text
    assert "nie chce wysyłek" in people.text
    assert "błędny adres" in people.text
    counted = browser.post("/admin/audience/count", data={**data, "arrears": "dużo"})
    assert "Podaj kwotę" in counted.text
    for bad in ("{", "[]", '{"units": ["\\ud800"]}'):
        answer = browser.post("/admin/audience/people", data={"csrf_token": data["csrf_token"], "audience_json": bad})
        assert answer.status_code == 422, bad
    board = staff("board")
    assert board.post("/admin/audience/people", data={**TEXT, "csrf_token": csrf(board)}).status_code == 404


def test_very_long_and_strange_words_never_break_the_pages(staff: Any, books: Any) -> None:
    browser = staff("admin")
    long = "ą" * 10_000
    for field in ("subject", "sms_text", "units", "arrears", "run_day", "run_hour", "letter"):
        answer = post(browser, FORM, **{**TEXT, "audience": "places", "buildings": "B1", "sms": "y", field: long})
        assert answer.status_code == 422, field
    assert post(browser, "/admin/mailouts/templates/new", name=long, subject="a", body="b").status_code == 422
    for path in ("/admin/mailouts/%00/check", "/admin/mailouts/%00/edit", "/admin/mailouts/templates/%00",
                 "/admin/configuration/estates/%00"):  # fmt: skip
        assert browser.get(path).status_code == 404, path


def test_what_a_colleague_changed_meanwhile_is_not_sent_unseen(staff: Any, books: Any) -> None:
    first, second = staff("admin"), staff("clerk")
    written = post(first, FORM, **TEXT).headers["Location"]
    seen = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', first.get(written).text)
    assert seen
    changed = {**TEXT, "body": "Zupełnie co innego {nazwisko}", "skip_missing": "y"}
    assert post(second, written.replace("/check", "/edit"), **changed).status_code == 303
    send = written.replace("/check", "/send")
    answer = first.post(send, data={"fingerprint": seen[1], "csrf_token": csrf(first)})
    assert answer.status_code == 409 and "Zupełnie co innego" in answer.text, "the new text, to be looked at"
    again = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', answer.text)
    assert again and again[1] != seen[1]
    assert first.post(send, data={"fingerprint": again[1], "csrf_token": csrf(first)}).status_code == 303
