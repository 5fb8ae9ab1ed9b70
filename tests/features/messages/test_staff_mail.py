"""Answers of the office from staff's own mail: whose they are, what a resident gets of them, and what waits."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest

from app.core import work
from app.core.actor import system
from app.mailroom import reception
from app.messages.promises import Conversations
from app.office import settings
from tenants.context import bind
from tests.features.messages.conftest import OFFICE, sent
from tests.features.messages.test_conversations import first_thread, rows
from tests.pages import inspect

PASS = {"Authentication_Results": "mx.example; dmarc=pass header.from=poczta.example"}
OURS = "\n\nW dniu 21.11.2026 o 18:20, Portal pisze:\n> ##- pisz powyżej -##\n> Notatka: to pieniacz.\n"


class Desk:
    """A conversation of O1 that Hanna deals with, and the mail that she gets and sends about it."""

    def __init__(self, app: Any, tenant: Any, people: Any, *, allowed: bool = True) -> None:
        self.app, self.tenant = app, tenant
        self.resident, self.clerk = people("O1"), people("hanna")
        with app.app_context(), bind(tenant):
            settings.write(system("tests"), Conversations(staff_by_mail=allowed))
            work.commit()
        sent(self.resident, "/messages", subject="Cieknie kran", body="Od wczoraj.", unit="L001")
        self.thread = first_thread(self.resident)
        self.here = f"/admin/messages/{self.thread}"
        self.clerk.post(f"{self.here}/take", {}, form=self.here)
        sent(self.clerk, f"{self.here}/note", self.here, note="Notatka: to pieniacz.")
        sent(self.resident, f"/messages/{self.thread}", body="I dalej cieknie.")

    def context(self, letter: str = "message_arrived") -> dict[str, Any]:
        found = self.rows(
            f"SELECT context, address FROM outbox_items WHERE letter = '{letter}' ORDER BY id DESC LIMIT 1"
        )
        return {"to": found[0].address, **found[0].context} if found else {}

    def receive(self, body: str = "Przyjdziemy jutro.", sender: str = "hanna@poczta.example", **headers: str) -> Any:
        made = EmailMessage()
        made["From"], made["To"] = f"Hanna <{sender}>", self.context()["reply_to"]
        made["Subject"], made["Message-ID"] = "Re: Cieknie kran", make_msgid()
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(body)
        with self.app.app_context():
            return reception.receive(made.as_bytes())[0]

    def rows(self, query: str) -> list[Any]:
        return rows(self.app, self.tenant, query)

    def seen_by_resident(self) -> str:
        return inspect(self.resident.get(f"/messages/{self.thread}"))


@pytest.fixture
def desk(app: Any, tenant: Any, people: Any) -> Desk:
    return Desk(app, tenant, people)


def test_who_deals_with_it_is_told_and_their_answer_is_the_offices(desk: Desk) -> None:
    told = desk.context()
    assert told["to"] == "hanna@poczta.example" and "I dalej cieknie" in told["body_text"]
    assert "pieniacz" not in str(told), "a note never leaves by mail"
    assert "reply_to" not in desk.context("message_copy"), "the office's shared address is nobody's own"
    assert desk.receive("Przyjdziemy jutro." + OURS, **PASS).result == "taken"
    page = desk.seen_by_resident()
    assert "Przyjdziemy jutro." in page
    for hidden in ("pieniacz", "pisz powyżej", "Cytat z", "hanna"):
        assert hidden not in page, hidden
    assert "pieniacz" in inspect(desk.clerk.get(desk.here)), "staff see what was quoted, folded"
    row = desk.rows("SELECT side, channel, body FROM messages ORDER BY id DESC LIMIT 1")[0]
    assert tuple(row) == ("office", "email", "Przyjdziemy jutro.")
    assert desk.rows("SELECT state FROM message_threads")[0][0] == "answered"
    assert desk.rows("SELECT count(*) FROM outbox_items WHERE letter = 'message_answer'")[0][0] == 1
    assert "pieniacz" not in str(desk.context("message_answer"))


def test_without_a_verdict_of_a_server_the_own_address_is_enough(desk: Desk) -> None:
    assert desk.receive().result == "taken"


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("o1@poczta.example", PASS),
        ("kto@inny.example", {}),
        ("hanna@poczta.example", {"Authentication_Results": "mx.example; spf=pass; dmarc=fail"}),
        ("hanna@poczta.example", {"Authentication_Results": "mx.example; dmarc=none"}),
        ("irena@poczta.example", PASS),
    ],
)
def test_what_nobody_vouches_for_waits_and_goes_on_a_persons_word(
    desk: Desk, sender: str, headers: dict[str, str]
) -> None:
    assert desk.receive(sender=sender, **headers).result == "unverified"
    assert "Przyjdziemy" not in desk.seen_by_resident()
    page = inspect(desk.clerk.get(desk.here))
    assert "Wyślij mieszkańcowi jako odpowiedź biura" in page
    ((message,),) = desk.rows("SELECT public_id FROM messages WHERE side = 'unverified'")
    answer = desk.clerk.post(f"/admin/messages/unverified/{message}/accept", {}, form=desk.here)
    assert answer.status_code == 303
    assert "Przyjdziemy" in desk.seen_by_resident()
    assert desk.rows("SELECT state FROM message_threads")[0][0] == "answered"


def test_what_was_written_below_a_quotation_waits_for_a_look(desk: Desk) -> None:
    assert desk.receive("> Notatka: to pieniacz.\n\nJutro.", **PASS).result == "unverified"
    assert "pieniacz" not in desk.seen_by_resident() and "Jutro" not in desk.seen_by_resident()


def test_who_lost_the_right_answers_no_more(desk: Desk, app: Any, tenant: Any) -> None:
    from sqlalchemy import text

    from tenants.db import db

    with app.app_context(), bind(tenant):
        db.session.execute(text("UPDATE accounts SET role = 'board' WHERE login = 'hanna'"))
        work.commit()
    assert desk.receive(**PASS).result == "unverified"


def test_where_it_is_not_allowed_the_letter_says_so_and_answers_are_refused(app: Any, tenant: Any, people: Any) -> None:
    desk = Desk(app, tenant, people)
    reply_to = desk.context()["reply_to"]
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), Conversations())
        work.commit()
    assert desk.receive(**PASS).result == "refused"
    sent(desk.resident, f"/messages/{desk.thread}", body="Halo?")
    assert desk.rows("SELECT count(*) FROM outbox_items WHERE letter = 'message_arrived'")[0][0] == 1
    copied = desk.context("message_copy")
    assert copied["to"] == OFFICE and "reply_to" not in copied and reply_to


def test_an_account_with_the_offices_own_address_answers_what_nobody_deals_with(
    app: Any, tenant: Any, people: Any
) -> None:
    from sqlalchemy import text

    from tenants.db import db

    people("hanna")
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), Conversations(staff_by_mail=True))
        db.session.execute(text("UPDATE accounts SET email = :office WHERE login = 'hanna'"), {"office": OFFICE})
        work.commit()
    resident = Desk.__new__(Desk)
    resident.app, resident.tenant = app, tenant
    sent(people_again(app, tenant, "O1"), "/messages", subject="Winda", body="Stoi.", unit="L001")
    copied = resident.context("message_copy")
    assert copied["to"] == OFFICE and copied["reply_to"].startswith("office+")


def people_again(app: Any, tenant: Any, login: str) -> Any:
    from tests.features.accounts.conftest import Browser

    browser = Browser(app, tenant)
    browser.log_in(login)
    return browser


def test_the_manager_allows_it_by_a_tick(app: Any, tenant: Any, people: Any) -> None:
    with app.app_context(), bind(tenant):
        assert settings.fresh(Conversations).staff_by_mail is False, "off until somebody wants it"
