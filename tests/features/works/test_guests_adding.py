"""What guests add, whom they see, and who may invite them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS
from app.works.access import place
from app.works.post.commands.keeping import Written, add
from app.works.post.models import WorksThread
from tenants.db import db
from tests.features.works.guests import come_in, events, filed, invite, mail, post, upload
from tests.features.works.test_invoices_saving import GOOD
from tests.features.works.test_protocols_writing import begun

ADD = "/works/guest/add/invoices"


def test_a_guest_adds_an_invoice_which_the_owner_sees(site: Any) -> None:
    guest = come_in(site, invite(site, query="folder=invoices"))
    assert "Dodaj fakturę" in guest.get("/works/guest").text
    assert post(guest, ADD, ADD, **GOOD, files=upload("faktura.pdf")).status_code == 303
    assert "Faktura FV/11/2026" in guest.get("/works/guest").text
    page = site.enter("olga").get(f"{site.url}/files/invoices").text
    assert "FV/11/2026" in page and "Gosia Gościnna (gość)" in page
    assert site.sql("SELECT author, account_id FROM works_documents") == [("Gosia Gościnna (gość)", None)]
    assert "guest.added" in events(site)


def test_a_big_file_of_a_guest_is_taken_and_a_strangers_is_not(site: Any) -> None:
    big = b"%PDF-1.4\n" + b"% " + b"x" * (3 << 20) + b"\n%%EOF\n"
    guest = come_in(site, invite(site, query="folder=invoices"))
    assert post(guest, ADD, ADD, **GOOD, files=upload("duza.pdf", big)).status_code == 303
    stranger = site.stranger
    assert post(stranger, ADD, "/login", **GOOD, files=upload("duza.pdf", big)).status_code == 413


def test_an_exe_of_a_guest_is_refused_and_the_form_stays(site: Any) -> None:
    guest = come_in(site, invite(site, query="folder=invoices"))
    answer = post(guest, ADD, ADD, **GOOD, files=upload("faktura.pdf", b"MZ" + b"\0" * 99))
    assert answer.status_code == 422 and "nie przyjmujemy" in answer.text and "FV/11/2026" in answer.text


def test_a_guest_adds_a_note_to_a_letter_or_document_only_where_that_was_allowed(site: Any) -> None:
    document = filed(site)
    reader = come_in(site, invite(site, query=f"document={document}"))
    for folder in ("invoices", "notes", "reports", "protocols", "photos", "nothing"):
        assert reader.get(f"/works/guest/add/{folder}").status_code == 404, folder
        assert post(reader, f"/works/guest/add/{folder}", "/works/guest", title="x", note="y").status_code == 404
    adder = come_in(site, invite(site, query=f"document={document}", ability="add"))
    path = "/works/guest/add/notes"
    assert post(adder, path, path, title="Uwaga do raportu", note="").status_code == 422
    for _twice in range(2):
        assert post(adder, path, path, title="Uwaga do raportu", note="Zgoda.", form_key="k").status_code == 303
    assert site.sql("SELECT count(*) FROM works_documents WHERE kind = 'note'") == [(1,)]
    assert adder.get("/works/guest/add/reports").status_code == 404


def test_adding_has_an_end(site: Any) -> None:
    guest = come_in(site, invite(site, query="folder=notes"))
    path = "/works/guest/add/notes"
    answers = [post(guest, path, path, title=f"N{n}", note="x").status_code for n in range(21)]
    assert answers == [303] * 20 + [422]


def test_a_guest_sees_nothing_of_the_folder_to_which_they_add(site: Any) -> None:
    filed(site, "olga", "notes", "Poufna notatka")
    guest = come_in(site, invite(site, query="folder=notes"))
    assert "Poufna notatka" not in guest.get("/works/guest").text + guest.get("/works/guest/add/notes").text


def test_a_guest_reads_one_letter_with_its_file_and_no_other(site: Any) -> None:
    asked, hidden = (letter(site, subject) for subject in ("Pytanie o dach", "Sprawa wewnętrzna"))
    guest = come_in(site, invite(site, query=f"letter={asked}"))
    page = guest.get("/works/guest").text
    assert "Treść: Pytanie o dach" in page and "Sprawa wewnętrzna" not in page
    files = dict(
        site.sql("SELECT l.public_id, f.public_id FROM works_letter_files f JOIN works_letters l ON l.id = f.letter_id")
    )
    assert guest.get(f"/works/guest/files/{files[asked]}").status_code == 200
    assert guest.get(f"/works/guest/files/{files[hidden]}").status_code == 404
    assert site.enter("wojtek").get(f"{site.url}/guests/new?letter={asked}").status_code == 404


def letter(site: Any, subject: str) -> str:
    """A letter of marek to adam with a file; its public id."""
    marek, adam = site.actor("marek"), site.actor("adam").account_id

    def send() -> str:
        here = place(marek, site.id)
        thread = WorksThread(site_id=here.id, subject=subject)
        db.session.add(thread)
        db.session.flush()
        note = checked(f"{subject}.txt", subject.encode(), DOCUMENTS)
        add(here, thread, Written(f"Treść: {subject}", people=((adam, "Adam"),), files=((note, "guess"),)), here.author)
        newest = "SELECT public_id FROM works_letters ORDER BY id DESC LIMIT 1"
        return str(db.session.execute(text(newest)).scalar_one())

    return str(site.do(send))


def test_a_guest_of_a_protocol_takes_it_away_on_paper_and_a_guest_of_anything_else_does_not(site: Any) -> None:
    protocol = begun(site)
    guest = come_in(site, invite(site, query=f"document={protocol}"))
    assert "Protokół odbioru stanu 0" in guest.get("/works/guest").text
    assert guest.get("/works/guest/protocol").data.startswith(b"%PDF")
    for query in (f"document={filed(site)}", "folder=notes"):
        assert come_in(site, invite(site, query=query)).get("/works/guest/protocol").status_code == 404


def test_who_may_not_invite_finds_no_page_for_it(site: Any) -> None:
    document = filed(site)
    for login in ("wojtek", "adam", "irena", "obcy", "O1", "gap"):
        for query in ("", f"?document={document}", "?folder=invoices"):
            assert site.enter(login).get(f"{site.url}/guests/new{query}").status_code == 404, login
    for login in ("olga", "marek", "sara", "hanna"):
        assert site.enter(login).get(f"{site.url}/guests/new?document={document}").status_code == 200, login


def test_nobody_invites_to_what_they_do_not_see(site: Any) -> None:
    hidden = filed(site, "olga", "invoices", "Faktura tajna")
    assert site.enter("marek").get(f"{site.url}/guests/new?document={hidden}").status_code == 404
    for query in ("document=" + "x" * 22, "letter=" + "x" * 22, "folder=protocols", "folder=zzz", "document=%27"):
        assert site.enter("olga").get(f"{site.url}/guests/new?{query}").status_code == 404, query


def test_invitations_are_their_makers_and_the_owners(site: Any) -> None:
    invite(site, "marek", "folder=invoices")
    ((public_id,),) = site.sql("SELECT public_id FROM works_guests")
    page = f"{site.url}/guests/{public_id}"
    for login, status in (("marek", 200), ("olga", 200), ("sara", 404), ("wojtek", 404), ("obcy", 404), ("O1", 404)):
        assert site.enter(login).get(page).status_code == status, login
    assert site.enter("sara").post(f"{page}/revoke", {}, "/settings").status_code == 404
    assert "gosia@poza.example" not in site.enter("sara").get(f"{site.url}/guests").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("email", ""), ("email", "nie-adres"), ("email", "a@b.pl\r\nBcc: x@y.pl"), ("days", "0"), ("days", "61"),
     ("days", "٣"), ("days", "-1"), ("days", "9" * 99), ("uses", "always"), ("word", "x" * 10_000),
     ("name", "x" * 10_000)],
)  # fmt: skip
def test_an_invitation_that_cannot_be_is_refused(site: Any, field: str, typed: str) -> None:
    values = {"email": "a@b.example", "days": "14", "uses": "once", "word": "Proszę o fakturę", field: typed}
    answer = site.sent("marek", f"{site.url}/guests/new?folder=invoices", **values)
    assert answer.status_code == 422
    assert site.sql("SELECT count(*) FROM works_guests") == [(0,)]


def test_a_double_click_invites_once(site: Any) -> None:
    for _twice in range(2):
        invite(site, query="folder=invoices", form_key="same")
    assert site.sql("SELECT count(*) FROM works_guests") == [(1,)]
    assert site.sql("SELECT count(*) FROM outbox_items WHERE letter = 'works_guest_invited'") == [(1,)]


def test_a_guest_asks_for_an_account_once_and_the_inviter_hears_of_it(site: Any) -> None:
    guest = come_in(site, invite(site, query="folder=invoices"))
    for _twice in range(2):
        assert post(guest, "/works/guest/account", "/works/guest").status_code == 303
    said = mail(site, "works_guest_asks", "marek@firma.example")
    assert said["email"] == "gosia@poza.example"
    assert site.sql("SELECT count(*) FROM outbox_items WHERE letter = 'works_guest_asks'") == [(1,)]
    assert events(site).count("guest.asked") == 1


def test_a_closed_site_is_read_and_takes_nothing(site: Any) -> None:
    document = filed(site)
    guest = come_in(site, invite(site, query=f"document={document}", ability="add"))
    site.sql("UPDATE works_sites SET state = 'closed'")
    assert guest.get("/works/guest").status_code == 200
    answer = post(guest, ADD, ADD, **GOOD)
    assert answer.status_code == 422 and "zamknięta" in answer.text


def test_a_guest_is_a_stranger_everywhere_else(site: Any) -> None:
    """The cookie of a guest opens the one thing, and counts for nothing at any other address of the site."""
    document, other = filed(site), filed(site, title="Inny raport")
    guest = come_in(site, invite(site, query=f"document={document}", ability="add"))
    assert "Raport 12" in guest.get("/works/guest").text
    ids = {"site": site.id, "document": document, "works_invoice": document, "works_protocol": other}
    nobody, walked = site.stranger, 0
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in ("public", "signed_in", "resident", "staff", "works"):
            continue
        if rule.rule.startswith("/works/guest") or "GET" not in rule.methods:
            continue
        path = rule.rule
        for name in rule.arguments:
            start, end = path.index("<"), path.index(">")
            path = path[:start] + str(ids.get(name, document if "works" in rule.endpoint else "1")) + path[end + 1 :]
        seen, strange = guest.get(path), nobody.get(path)
        assert (seen.status_code, seen.headers.get("Location")) == (
            strange.status_code,
            strange.headers.get("Location"),
        )
        assert b"Raport 12" not in seen.data and b"Inny raport" not in seen.data, path
        walked += 1
    assert walked > 100
    files = site.sql(
        "SELECT f.public_id, d.public_id FROM works_files f JOIN works_documents d ON d.id = f.document_id"
    )
    own = {file: guest.get(f"/works/guest/files/{file}").status_code for file, _document in files}
    assert sorted(own.values()) == [200, 404], "of the files the one of its document alone"
