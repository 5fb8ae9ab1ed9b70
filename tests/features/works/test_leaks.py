"""What must not be told beside the thing itself: in the history, in the form of an answer; and odd input."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from app.works import commands, queries
from app.works.access import place
from app.works.post.commands.arriving import answered_to
from tests.features.works.guests import upload
from tests.features.works.test_invoices_saving import saved
from tests.features.works.test_post_letters import thread, to, write


def test_the_history_of_a_site_names_no_invoice(site: Any) -> None:
    invoice = saved(site, files=upload("faktura.pdf"))
    page = f"{site.url}/files/invoices/{invoice}"
    assert site.sent("olga", f"{page}/checked", page, version="1").status_code == 303
    for login in ("wanda", "kasia", "adam"):
        shown = site.enter(login).get(f"{site.url}/history").text
        assert "sprawdzono fakturę" in shown, "that something happened is told"
        assert "FV/11/2026" not in shown and "Hurtownia" not in shown, login
    assert "sprawdzono fakturę" in site.enter("olga").get(page).text


def test_a_withdrawn_invoice_is_not_named_either(site: Any) -> None:
    invoice = saved(site, files=upload("faktura.pdf"))
    path = f"{site.url}/files/{invoice}/withdraw"
    answer = site.sent("wojtek", path, f"{site.url}/files/invoices/{invoice}", reason="Pomyłka w NIP Hurtowni")
    assert answer.status_code == 303
    shown = site.enter("wanda").get(f"{site.url}/history").text
    assert "wycofano dokument" in shown and "FV/11/2026" not in shown and "Hurtowni" not in shown


def test_the_form_of_an_answer_knows_no_address_of_letters_that_one_may_not_read(site: Any) -> None:
    write(site, "sara", ("kasia", "wojtek"))
    site.sent(
        "sara", thread(site), to=to(site, "kasia"), body="Tylko Kasia i rzeczoznawca.",
        outside="Tajny Rzeczoznawca <tajny@ekspert.example>",
    )  # fmt: skip
    assert "tajny@ekspert.example" in site.enter("kasia").get(thread(site)).text
    page = site.enter("wojtek").get(thread(site)).text
    assert "tajny@ekspert.example" not in page and "Tajny Rzeczoznawca" not in page


def test_nor_people_of_the_office_who_are_in_on_those_letters(site: Any) -> None:
    write(site, "sara", ("kasia", "wojtek"))
    site.sent("hanna", thread(site), to=to(site, "kasia"), body="Między biurem a Kasią.")
    (name,) = site.sql("SELECT author FROM works_letters ORDER BY id DESC LIMIT 1")[0]
    ((account,),) = site.sql("SELECT public_id FROM accounts WHERE login = 'hanna'")
    assert name and f"a:{account}" in site.enter("kasia").get(thread(site)).text
    assert f"a:{account}" not in site.enter("wojtek").get(thread(site)).text


@pytest.mark.parametrize("version", ["9" * 10_000, "x" * 10_000, "١٢"])
def test_a_version_that_is_no_number_is_an_old_one(site: Any, version: str) -> None:
    invoice = saved(site, files=upload("faktura.pdf"))
    page = f"{site.url}/files/invoices/{invoice}"
    assert site.sent("olga", f"{page}/checked", page, version=version).status_code == 409
    assert site.sent("olga", f"{site.url}/data/edit", version=version, name="Dach").status_code == 409


def test_a_form_key_of_ten_thousand_characters_is_one_like_others(site: Any) -> None:
    given = {"folder": "other", "title": "Pismo", "form_key": secrets.token_urlsafe(7500)}
    path = f"{site.url}/files/new?folder=other"
    assert site.sent("wojtek", path, files=upload("pismo.pdf"), **given).status_code == 303


def test_a_document_that_becomes_a_note_is_shown_to_residents_no_more(site: Any) -> None:
    answer = site.sent(
        "wojtek", f"{site.url}/files/new?folder=other", folder="other", title="Plan", files=upload("p.pdf")
    )
    page = answer.headers["Location"]
    assert site.sent("olga", f"{page}/showing", page, shown="1").status_code == 303
    assert site.sql("SELECT shown_at IS NOT NULL FROM works_documents") == [(True,)]
    assert site.sent("wojtek", f"{page}/move", page, folder="notes").status_code == 303
    assert site.sql("SELECT kind, shown_at FROM works_documents") == [("note", None)]


def test_staff_of_other_buildings_who_left_a_site_get_no_more_of_its_letters(site: Any) -> None:
    ewa, irena = site.actor("ewa"), site.actor("irena")
    site.do(lambda: commands.add_member(ewa, place(ewa, site.id), irena.account_id or 0, "Irena", "other"))
    write(site, "sara", ("kasia", "irena"))
    ((letter, number),) = site.sql("SELECT id, site_id FROM works_letters")

    def leave() -> None:
        here = place(ewa, site.id)
        gone = next(one for one in queries.members(ewa, here) if one.login == "irena")
        commands.end_member(ewa, here, gone.public_id)

    site.do(leave)

    def people() -> list[str]:
        return sorted(name for _id, name in answered_to(letter, number, "x@y.example", None).people)

    assert len(site.do(people)) == 3, "as staff she still reads all letters here"
    site.sql("INSERT INTO staff_scopes (account_id, building_code) VALUES (:account, 'B2')", account=irena.account_id)
    assert site.enter("irena").get(thread(site)).status_code == 404
    assert len(site.do(people)) == 2
