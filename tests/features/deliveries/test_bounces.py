"""Letters that come back: what servers say, which address is given up, and who takes it up again."""

from __future__ import annotations

import email
from typing import Any

import pytest

from app.deliveries import bounces
from app.outbox import rules
from tests.features.deliveries.conftest import comes_back, post
from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked

DSN = """From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: bounce@osiedle.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{key}@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

This is the mail system. I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; r1@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

Message-ID: <whatever@osiedle.test>
--b--
"""
WORDS = """From: postmaster@poczta.example.org
To: bounce@osiedle.test
Subject: Nie dostarczono wiadomości
Message-ID: <words@poczta.example.org>
Content-Type: text/plain; charset=utf-8

Nie udało się dostarczyć.
<r1@example.org>: 550 5.1.1 No such user here
"""
HOLIDAY = """From: r1@example.org
To: bounce@osiedle.test
Subject: Poza biurem
Auto-Submitted: auto-replied
Message-ID: <holiday@example.org>
Content-Type: text/plain; charset=utf-8

Wracam 5.1.2027, proszę dzwonić 550 100 200.
"""


def dsn(status: str = "5.1.1", said: str = "550 5.1.1 no such mailbox", action: str = "failed", key: str = "1") -> str:
    return DSN.format(status=status, said=said, action=action, key=key).replace("\n", "\r\n")


def sent(outbox: Outbox, mailer: Any, cause: str = "mailout:1") -> str:
    outbox.write(1, cause=cause)
    assert outbox.turn(mailer) is None
    ((delivery,),) = outbox.rows("public_id", f"WHERE cause = '{cause}'")
    return str(delivery)


def test_a_bounce_marks_the_letter_and_gives_the_address_up(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    delivery = sent(outbox, mailer)
    assert comes_back(outbox, delivery, dsn()) == "taken"
    assert outbox.rows("state, reason, bounced_at IS NOT NULL", "") == [("bounced", "550 5.1.1 no such mailbox", True)]
    assert outbox.sql("SELECT address, dead_at IS NOT NULL, code FROM address_flags") == [
        ("r1@example.org", True, "5.1.1")
    ]
    assert outbox.sql("SELECT kind FROM delivery_events ORDER BY id") == [("sent",), ("bounced",)]
    outbox.write(1, cause="mailout:2")
    assert outbox.rows("state, reason", "WHERE cause = 'mailout:2'") == [("skipped", rules.DEAD_ADDRESS)]
    assert len(crooked.messages) == 1


def test_what_the_person_asks_for_leaves_all_the_same(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    comes_back(outbox, sent(outbox, mailer), dsn())
    outbox.secret(address="r1@example.org")
    assert outbox.turn(mailer, "urgent") is None
    assert len(crooked.messages) == 2


def test_a_full_mailbox_is_given_up_only_the_third_time(outbox: Outbox, mailer: Any) -> None:
    for number in range(3):
        assert outbox.sql("SELECT count(*) FROM address_flags WHERE dead_at IS NOT NULL") == [(0,)]
        delivery = sent(outbox, mailer, f"mailout:{number}")
        assert comes_back(outbox, delivery, dsn("5.2.2", "552 5.2.2 mailbox full", key=str(number))) == "taken"
    assert outbox.sql("SELECT bounces, dead_at IS NOT NULL FROM address_flags") == [(3, True)]


def test_long_ago_does_not_count(outbox: Outbox, mailer: Any) -> None:
    for number in range(4):
        delivery = sent(outbox, mailer, f"mailout:{number}")
        comes_back(outbox, delivery, dsn("5.2.2", "552 5.2.2 mailbox full", key=str(number)))
        outbox.sql("UPDATE address_flags SET last_at = now() - interval '60 days'")
    assert outbox.sql("SELECT bounces, dead_at FROM address_flags") == [(1, None)]


def test_a_delay_is_noted_and_changes_nothing(outbox: Outbox, mailer: Any) -> None:
    delivery = sent(outbox, mailer)
    assert comes_back(outbox, delivery, dsn("4.4.1", "connection timed out", "delayed")) == "taken"
    assert outbox.states() == {"sent": 1}
    assert outbox.sql("SELECT kind, note FROM delivery_events ORDER BY id")[1] == (
        "delayed",
        "4.4.1 connection timed out",
    )


@pytest.mark.parametrize("letter", [HOLIDAY, dsn(action="delivered"), dsn(action="nonsense"), "Subject: x\r\n\r\nx"])
def test_answers_of_programs_are_no_bounces(outbox: Outbox, mailer: Any, letter: str) -> None:
    delivery = sent(outbox, mailer)
    comes_back(outbox, delivery, letter.replace("@mx", f"{delivery[:4].lower()}@mx"))
    assert outbox.states() == {"sent": 1}
    assert outbox.sql("SELECT count(*) FROM address_flags") == [(0,)]


def test_a_bounce_of_an_unknown_letter_is_ignored(outbox: Outbox, mailer: Any) -> None:
    from app.core.public_ids import new_public_id

    sent(outbox, mailer)
    assert comes_back(outbox, new_public_id(), dsn()) == "ignored"
    assert outbox.states() == {"sent": 1}


def test_the_same_bounce_twice_counts_once(outbox: Outbox, mailer: Any) -> None:
    delivery = sent(outbox, mailer)
    assert comes_back(outbox, delivery, dsn("5.7.1", "550 5.7.1 spam")) == "taken"
    assert comes_back(outbox, delivery, dsn("5.7.1", "550 5.7.1 spam")) != "taken"
    assert outbox.sql("SELECT bounces, dead_at FROM address_flags") == [(1, None)]


def test_a_bounce_in_a_servers_own_words_is_understood(outbox: Outbox, mailer: Any) -> None:
    assert comes_back(outbox, sent(outbox, mailer), WORDS) == "taken"
    assert outbox.rows("state, reason", "") == [("bounced", "550 5.1.1 No such user here")]


def test_the_address_of_another_manager_changes_nothing_here(
    outbox: Outbox, mailer: Any, new_house: Any, app: Any
) -> None:
    delivery = sent(outbox, mailer)
    other = Outbox(app, new_house())
    assert comes_back(other, delivery, dsn()) == "ignored"
    assert outbox.states() == {"sent": 1}


def test_a_refusal_while_sending_gives_the_address_up_too(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    crooked.faults["RCPT"] += [b"550 5.1.1 no such mailbox"]
    outbox.write(1)
    assert outbox.turn(mailer) is None
    outbox.write(1, cause="mailout:2")
    assert outbox.rows("state", "ORDER BY id") == [("failed",), ("skipped",)]


def test_a_dead_address_stops_what_was_queued_before(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    delivery = sent(outbox, mailer)
    outbox.write(1, cause="mailout:2")
    comes_back(outbox, delivery, dsn())
    assert outbox.turn(mailer) is None
    assert outbox.rows("state, reason", "WHERE cause = 'mailout:2'") == [("skipped", rules.DEAD_ADDRESS)]


def test_letters_name_themselves_on_the_envelope(outbox: Outbox, mailer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.mailroom.addresses import destination

    envelopes: list[str] = []
    offer = type(mailer).offer

    def seen(self: Any, sender: str, recipient: str, size: int = 0) -> None:
        envelopes.append(sender)
        offer(self, sender, recipient, size)

    monkeypatch.setattr(type(mailer), "offer", seen)
    delivery = sent(outbox, mailer)
    with outbox.bound():
        found = destination(envelopes[0])
    assert found is not None
    assert (found.prefix, found.tenant_id, found.subject) == ("bounce", outbox.tenant.id, delivery)


def test_staff_take_an_address_up_again_and_send_what_failed(
    staff: Any, books: Outbox, crooked: Crooked, mailer: Any
) -> None:
    delivery = sent(books, mailer)
    comes_back(books, delivery, dsn())
    browser = staff("admin")
    page = f"/admin/deliveries/{delivery}"
    assert "Na ten adres nic nie wysyłamy" in browser.get(page).text
    assert "550 5.1.1 no such mailbox" in browser.get("/admin/deliveries/addresses").text
    assert "jest oznaczony jako niedziałający" in browser.get(post(browser, f"{page}/again", page).location).text
    post(browser, f"{page}/mend", page)
    assert "Na ten adres nic nie wysyłamy" not in browser.get(page).text
    post(browser, f"{page}/again", page)
    assert books.turn(mailer) is None
    assert books.rows("state", f"WHERE public_id = '{delivery}'") == [("sent",)]
    assert len(crooked.messages) == 2
    assert {row[0] for row in books.sql("SELECT action FROM audit_entries WHERE action LIKE 'delivery.%'")} == {
        "delivery.address_given_up",
        "delivery.address_mended",
        "delivery.sent_again",
    }


@pytest.mark.parametrize(
    ("sentence", "fatal"),
    [
        ("550 5.1.1 no such mailbox", True),
        ("550 5.7.1 blocked as spam, user unknown to us", False),
        ("552 5.2.2 mailbox full", False),
        ("550 No such user here", True),
        ("550 Requested action not taken: mailbox unavailable", False),
        ("550 Użytkownik jan nie istnieje", True),
        ("451 4.1.1 user unknown for now", False),
        ("554 rejected", False),
        ("", False),
    ],
)
def test_which_refusals_are_for_ever(sentence: str, fatal: bool) -> None:
    assert rules.is_fatal(sentence) is fatal


@pytest.mark.parametrize("broken", ["\0" * 50, "x" * 10_000, "Content-Type: multipart/report; boundary=\r\n\r\n--\r\n"])
def test_broken_reports_are_no_reports(broken: str) -> None:
    assert bounces.read(email.message_from_string(broken), "postmaster@x.pl") is None
