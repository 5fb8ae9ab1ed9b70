"""Answers that come by mail: who is believed, what is folded, which files stay, and what must never get in."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest
from PIL import Image

from app.core import work
from app.core.actor import system
from app.mailroom import reception
from app.mailroom.addresses import address
from app.messages.promises import Conversations
from app.office import settings
from tenants.context import bind
from tests.features.messages.conftest import sent
from tests.features.messages.test_conversations import PDF, first_thread, rows
from tests.pages import inspect

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
QUOTE = "\n\nW dniu 21.11.2026 o 18:20, Biuro pisze:\n> ##- pisz powyżej -##\n> W portalu czeka wiadomość.\n"


class Talk:
    """A conversation of O1 that waits, and the mail that comes to its address."""

    def __init__(self, app: Any, tenant: Any, people: Any) -> None:
        self.app, self.tenant = app, tenant
        self.resident, self.clerk = people("O1"), people("hanna")
        sent(self.resident, "/messages", subject="Cieknie kran", body="Od wczoraj.", unit="L001")
        self.thread = first_thread(self.resident)
        with app.app_context(), bind(tenant):
            self.address = address("reply", self.thread)

    def receive(self, letter: EmailMessage | bytes) -> Any:
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        with self.app.app_context():
            return reception.receive(raw)[0]

    def letter(self, body: str = "Dziękuję.", sender: str = "o1@poczta.example", **headers: str) -> EmailMessage:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = f"Żółć <{sender}>", self.address, "Re: Cieknie kran"
        made["Message-ID"] = make_msgid()
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(body)
        return made

    def rows(self, query: str) -> list[Any]:
        return rows(self.app, self.tenant, query)

    def state(self) -> str:
        return str(self.rows("SELECT state FROM message_threads")[0][0])

    def page(self) -> str:
        return inspect(self.resident.get(f"/messages/{self.thread}"))

    def office_page(self) -> str:
        return inspect(self.clerk.get(f"/admin/messages/{self.thread}"))


@pytest.fixture
def talk(app: Any, tenant: Any, people: Any) -> Talk:
    return Talk(app, tenant, people)


def test_an_answer_to_the_letter_joins_the_conversation(talk: Talk) -> None:
    sent(talk.clerk, f"/admin/messages/{talk.thread}", body="Przyjdziemy jutro.")
    context = talk.rows("SELECT context FROM outbox_items WHERE letter = 'message_answer'")[0][0]
    assert context["reply_to"] == talk.address and context["subject"] == "Re: Cieknie kran"
    assert "Przyjdziemy" not in str(context), "an inbox may be shared"
    assert talk.receive(talk.letter("Może być po 16?" + QUOTE)).result == "taken"
    row = talk.rows("SELECT side, channel, body, quoted, author_name FROM messages ORDER BY id DESC LIMIT 1")[0]
    assert (row.side, row.channel, row.body) == ("resident", "email", "Może być po 16?")
    assert row.quoted.startswith("W dniu 21.11.2026")
    assert talk.state() == "new"
    for page in (talk.page(), talk.office_page()):
        assert "Może być po 16?" in page and "Cytat z wcześniejszych listów" in page
    copies = talk.rows("SELECT count(*) FROM outbox_items WHERE letter = 'message_copy'")[0][0]
    assert copies == 2, "the office gets a copy, as of what is written in the portal"


def test_the_letter_that_is_answered_names_the_address_and_the_conversation(
    talk: Talk, post: Any, app: Any, tenant: Any
) -> None:
    from app.gateways.mail import mailer
    from app.outbox import sending

    sent(talk.clerk, f"/admin/messages/{talk.thread}", body="Jutro.")
    with app.app_context(), bind(tenant):
        sending.turn("urgent", mailer(post.url), 20)
    letter = next(each for each in post.to("o1@poczta.example") if each["Reply-To"] == talk.address)
    assert letter["Subject"] == "Re: Cieknie kran" and talk.thread in letter["References"]
    text = letter.get_body(("plain",)).get_content()
    assert "##- " in text and "odpowiedź trafi do tej rozmowy" in text
    answer = talk.letter("Dobrze.\n\nOn Sat, Nov 21, 2026 at 6:20 PM Biuro <x@y.pl> wrote:\n" + text)
    assert talk.receive(answer).result == "taken"
    assert talk.rows("SELECT body FROM messages ORDER BY id DESC LIMIT 1")[0][0] == "Dobrze."


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("o2@poczta.example", {}),
        ("zlodziej@poczta.example", {}),
        ("o1@poczta.example", {"Authentication_Results": "mx.example; spf=pass; dmarc=fail (p=reject)"}),
    ],
)
def test_whoever_else_writes_waits_until_staff_decide(talk: Talk, sender: str, headers: dict[str, str]) -> None:
    sent(talk.clerk, f"/admin/messages/{talk.thread}", body="Przyjdziemy jutro.")
    assert talk.receive(talk.letter("Proszę o numer konta.", sender, **headers)).result == "unverified"
    assert "numer konta" not in talk.page() and talk.state() == "answered"
    assert "Nie ma takiej rozmowy" in talk.resident.get("/messages/history?q=numer+konta").text
    queue = inspect(talk.clerk.get("/admin/messages?state=unverified"))
    assert "list do sprawdzenia" in queue and "Cieknie kran" in queue
    page = talk.office_page()
    assert "nie wiadomo, od kogo" in page and sender in page and "numer konta" in page
    message = talk.rows("SELECT public_id FROM messages WHERE side = 'unverified'")[0][0]
    form = f"/admin/messages/{talk.thread}"
    assert talk.resident.post(f"/admin/messages/unverified/{message}/accept", {}, form="/messages").status_code == 404
    assert talk.clerk.post(f"/admin/messages/unverified/{message}/accept", {}, form=form).status_code == 303
    assert "numer konta" in talk.page() and talk.state() == "new"
    assert talk.clerk.post(f"/admin/messages/unverified/{message}/drop", {}, form=form).status_code == 404


def test_a_dropped_letter_is_seen_by_nobody(talk: Talk) -> None:
    talk.receive(talk.letter("Kup teraz.", "spam@x.example"))
    message = talk.rows("SELECT public_id FROM messages WHERE side = 'unverified'")[0][0]
    form = f"/admin/messages/{talk.thread}"
    assert talk.clerk.post(f"/admin/messages/unverified/{message}/drop", {}, form=form).status_code == 303
    assert "Kup teraz" not in talk.page() + talk.office_page()


def test_a_blocked_account_is_not_believed(talk: Talk, app: Any, tenant: Any) -> None:
    from sqlalchemy import text

    from tenants.db import db

    with app.app_context(), bind(tenant):
        db.session.execute(text("UPDATE accounts SET status = 'blocked' WHERE login = 'O1'"))
        work.commit()
    assert talk.receive(talk.letter()).result == "unverified"


def test_good_files_are_kept_and_bad_ones_named(talk: Talk) -> None:
    from io import BytesIO

    photo = BytesIO()
    Image.effect_noise((200, 200), 60).convert("RGB").save(photo, "JPEG")
    letter = talk.letter("Zdjęcia.")
    letter.add_attachment(photo.getvalue(), maintype="image", subtype="jpeg", filename="../../łazienka\u202e.jpg")
    letter.add_attachment(PDF, maintype="application", subtype="octet-stream", filename="umowa.pdf")
    letter.add_attachment(b"MZ\x90", maintype="application", subtype="pdf", filename="faktura.pdf")
    letter.add_attachment(EICAR, maintype="application", subtype="pdf", filename="wirus.pdf")
    letter.add_attachment(b"<script>", maintype="text", subtype="html", filename="strona.html")
    assert talk.receive(letter).result == "taken"
    assert [row[0] for row in talk.rows("SELECT name FROM message_files ORDER BY id")] == ["łazienka.jpg", "umowa.pdf"]
    page = talk.page()
    assert "Pliki z e-maila, których nie zapisaliśmy" in page
    assert all(name in page for name in ("faktura.pdf", "wirus.pdf", "strona.html"))
    told = talk.rows("SELECT address, context FROM outbox_items WHERE letter = 'message_left_out'")[0]
    assert told.address == "o1@poczta.example" and "faktura.pdf" in str(told.context)


def test_the_same_file_twice_is_stored_once(talk: Talk) -> None:
    for _time in range(2):
        letter = talk.letter("Umowa.")
        letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="umowa.pdf")
        talk.receive(letter)
    assert talk.rows("SELECT count(*), count(DISTINCT file_id) FROM message_files")[0] == (2, 1)


@pytest.mark.parametrize(
    ("charset", "octets"),
    [
        ("utf-8", "Zażółć gęślą jaźń".encode()),
        ("iso-8859-2", "Zażółć gęślą jaźń".encode("cp1250")),
        ("iso-8859-1", "Zażółć gęślą jaźń".encode()),
        ("us-ascii", "Zażółć gęślą jaźń".encode("cp1250")),
        ("cp1250", "Zażółć gęślą jaźń".encode("iso-8859-2")),
        ("nonsense", "Zażółć gęślą jaźń".encode()),
        ("zlib", "Zażółć gęślą jaźń".encode()),
        ("utf-16", "Zażółć gęślą jaźń".encode("utf-16")),
    ],
)
def test_polish_letters_survive_whatever_the_charset_is_said_to_be(talk: Talk, charset: str, octets: bytes) -> None:
    head = f"From: o1@poczta.example\r\nTo: {talk.address}\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
    kind = f'Content-Type: text/plain; charset="{charset}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    assert talk.receive((head + kind).encode() + base64.encodebytes(octets)).result == "taken"
    assert talk.rows("SELECT body FROM messages ORDER BY id DESC LIMIT 1")[0][0] == "Zażółć gęślą jaźń"


def test_an_html_letter_becomes_text_and_its_script_nothing(talk: Talk) -> None:
    letter = talk.letter("x")
    letter.set_content(
        "<html><head><style>p{}</style><script>alert(1)</script></head><body><p>Tak, <b>pasuje</b>.</p>"
        "<p>&lt;img src=x onerror=alert(2)&gt;</p><blockquote><p>stare</p></blockquote></body></html>",
        subtype="html",
    )
    assert talk.receive(letter).result == "taken"
    row = talk.rows("SELECT body, quoted FROM messages ORDER BY id DESC LIMIT 1")[0]
    assert row.body == "Tak, pasuje.\n\n<img src=x onerror=alert(2)>" and row.quoted == "> stare"
    assert "<img src=x" not in talk.page()


def test_hostile_letters_break_nothing(talk: Talk) -> None:
    to = talk.address.encode()
    head = b"From: o1@poczta.example\r\nTo: " + to + b"\r\n"
    for number, raw in enumerate(
        [
            head + b"Subject: =?utf-8?b?QmNjOiB4QHkNCkJjYzogeg==?=\r\n\r\n{{ 7*7 }} {imi\xc4\x99} %s",
            head + b"Content-Type: text/plain; charset*=\xff''x; format*0*=\r\n\r\n\0\0tekst\0",
            head + b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\ntekst\r\n----",
            head + b"Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\ntekst",
            head + b"Subject: " + b"=?" * 5_000 + b"\r\n\r\n" + "ż".encode() * 30_000,
            b"From: a@b, o1@poczta.example\r\n" + head + b"\r\nkto to?",
            b"From: \"o1@poczta.example\" <zly@x.example>\r\nTo: " + to + b"\r\n\r\nto ja",
            b"From: =?utf-8?q?o1=40poczta.example_=3Co1=40poczta.example=3E?= <zly@x.example>\r\nTo: "
            + to + b"\r\n\r\nto ja",
        ]
    ):  # fmt: skip
        result = talk.receive(raw).result
        assert result == ("taken" if number < 5 else "unverified"), number
    bodies = [row[0] for row in talk.rows("SELECT body FROM messages WHERE side = 'resident' ORDER BY id")]
    assert bodies[1] == "{{ 7*7 }} {imię} %s", "template syntax is text"
    assert len(bodies[5]) < 10_100
    assert "49" not in talk.page().split("{{ 7*7 }}")[0][-50:]
    talk.office_page()
    assert talk.resident.get("/messages/history?q=%00" + "x" * 10_000).status_code in (200, 400, 414)


def test_an_empty_letter_a_closed_door_and_a_vanished_conversation_are_refused(
    talk: Talk, app: Any, tenant: Any
) -> None:
    assert talk.receive(talk.letter("\n\n")).result == "refused"
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), Conversations(answers_by_mail=False))
        work.commit()
        other = address("reply", "A" * 22)
    outcome = talk.receive(talk.letter())
    assert outcome.result == "refused" and "w portalu" in outcome.reason
    gone = talk.letter()
    del gone["To"]
    gone["To"] = other
    assert talk.receive(gone).result == "refused"
    assert talk.rows("SELECT count(*) FROM messages")[0][0] == 1


def test_what_the_office_wrote_stands_in_the_letter_only_if_the_manager_wants_it(
    talk: Talk, app: Any, tenant: Any
) -> None:
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), Conversations(text_in_mail=True, answers_by_mail=False))
        work.commit()
    sent(talk.clerk, f"/admin/messages/{talk.thread}", body="Przyjdziemy jutro. {biuro}x")
    context = talk.rows("SELECT context FROM outbox_items WHERE letter = 'message_answer'")
    assert context == [], "an unfilled field never leaves"
    sent(talk.clerk, f"/admin/messages/{talk.thread}", body="Przyjdziemy jutro.")
    context = talk.rows("SELECT context FROM outbox_items WHERE letter = 'message_answer'")[0][0]
    assert context["body_text"] == "Przyjdziemy jutro." and "reply_to" not in context


def test_staff_of_all_buildings_see_what_became_of_each_letter(talk: Talk, app: Any, tenant: Any, people: Any) -> None:
    from sqlalchemy import text

    from tenants.db import db

    talk.receive(talk.letter("Tak."))
    talk.receive(talk.letter("Nie ma mnie.", Auto_Submitted="auto-replied"))
    talk.receive(talk.letter("To nie ja.", "kto@x.example", Subject_X="x"))
    page = inspect(talk.clerk.get("/admin/messages/incoming"))
    assert all(words in page for words in ("przyjęty", "pominięty", "czeka na sprawdzenie", "kto@x.example"))
    assert "Automatyczna odpowiedź, nie napisał jej człowiek." in page and f"/admin/messages/{talk.thread}" in page
    assert talk.resident.get("/admin/messages/incoming").status_code == 404
    with app.app_context(), bind(tenant):
        db.session.execute(text("INSERT INTO staff_scopes SELECT id, 'B1' FROM accounts WHERE login = 'hanna'"))
        work.commit()
    limited = people("hanna")
    assert limited.get("/admin/messages/incoming").status_code == 404
    assert "Poczta przychodząca" not in limited.get("/admin/messages").text


def test_the_command_line_takes_an_answer_and_says_what_became_of_it(talk: Talk, flask_command: Any) -> None:
    import json

    letter = talk.letter("Jutro mi pasuje.").as_string()
    for result in ("taken", "double"):
        done = flask_command("mail", "receive", "--json", "--from", "o1@poczta.example", stdin=letter)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == [
            {"tenant": talk.tenant.slug, "route": "reply", "result": result, "reason": ""}
        ]
    assert "Jutro mi pasuje." in talk.page()
