"""Letters that come: each once, to the one manager whose address it is, and none that goes round in circles."""

from __future__ import annotations

import dataclasses
import time
from contextlib import suppress
from typing import Any

import pytest

from app.core import runtime, work
from app.core.errors import Refused, TryLater
from app.mailroom import reading, reception, rules
from app.mailroom.jobs import poll
from tests.features.mailroom.conftest import letter, refusal, rows
from tests.inbox import Inbox

NOTES = "SELECT prefix, outcome, reason FROM incoming_mail ORDER BY id"


def test_a_letter_reaches_the_feature_and_is_noted(app: Any, tenant: Any, desk: Any, where: Any) -> None:
    outcomes = reception.receive(letter(where()))
    assert [(one.tenant, one.prefix, one.result) for one in outcomes] == [(tenant.slug, "test", "taken")]
    [(slug, arrival)] = desk.taken
    assert (slug, arrival.sender, arrival.sender_name) == (tenant.slug, "anna@poczta.example", "Anna Żak")
    assert (arrival.title, arrival.automatic) == ("Re: Sprawa", "")
    assert desk.texts() == ["Dzień dobry."]
    assert [tuple(row) for row in rows(app, tenant, NOTES)] == [("test", "taken", None)]


def test_the_same_letter_handed_over_twice_is_taken_once(app: Any, tenant: Any, desk: Any, where: Any) -> None:
    to = where()
    with_id, without = letter(to), letter(to).replace(b"Message-ID:", b"X-Was:")
    results = [reception.receive(raw)[0].result for raw in (with_id, with_id, without, without)]
    assert results == ["taken", "double", "taken", "double"]
    assert len(desk.taken) == 2


def test_a_letter_to_two_addresses_of_ours_reaches_both_managers(
    app: Any, tenant: Any, new_tenant: Any, desk: Any, where: Any
) -> None:
    other = new_tenant()
    raw = letter(f"Biuro <{where()}>, kto@inny.example", Cc=where(of=other))
    assert sorted(one.tenant for one in reception.receive(raw)) == sorted([tenant.slug, other.slug])
    assert sorted(slug for slug, _arrival in desk.taken) == sorted([tenant.slug, other.slug])
    for each in (tenant, other):
        assert len(rows(app, each, NOTES)) == 1


def test_the_envelope_counts_before_the_headers(app: Any, desk: Any, where: Any) -> None:
    right = where()
    outcomes = reception.receive(letter(where("robot")), [right])
    assert [one.prefix for one in outcomes] == ["test"]
    moved = letter("biuro@hosting.example", Delivered_To=right)
    assert reception.receive(moved)[0].result == "taken"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "auto_reply"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<x.example>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@poczta.example"},
        {"Subject": "Automatyczna odpowiedź: Sprawa"},
        {"Subject": "Out of Office: Sprawa"},
    ],
)
def test_what_a_program_wrote_goes_nowhere_but_to_who_wants_it(
    app: Any, tenant: Any, desk: Any, where: Any, headers: dict[str, str]
) -> None:
    assert reception.receive(letter(where(), **headers))[0].result == "ignored"
    assert desk.taken == []
    assert rows(app, tenant, NOTES)[0].reason
    assert reception.receive(letter(where("robot"), **headers))[0].result == "taken"
    assert desk.taken[0][1].automatic


def test_an_empty_envelope_sender_is_a_program(app: Any, desk: Any, where: Any) -> None:
    assert reception.receive(letter(where()), envelope_sender="")[0].result == "ignored"
    assert reception.receive(letter(where(), Auto_Submitted="no"), envelope_sender="a@b.pl")[0].result == "taken"


def test_our_own_letters_and_letters_in_circles_stop_even_at_who_wants_programs(
    app: Any, desk: Any, where: Any
) -> None:
    ours = f"<{'x' * 22}@alfa.{runtime.settings().mail_from_domain}>"
    hops = b"Received: from a by b\n" * (rules.MOST_HOPS + 1)
    for raw in (
        letter(where("robot"), Message_ID=ours),
        letter(where("robot"), X_Osiedle_Delivery="x"),
        hops + letter(where("robot")),
    ):
        assert reception.receive(raw)[0].result == "ignored"
    assert desk.taken == []


def test_a_letter_for_nobody_here_is_refused(app: Any, tenant: Any, desk: Any, where: Any) -> None:
    for to in ("biuro@osiedle.test", "reply+abc@osiedle.test", "test+" + "a" * 48 + "@osiedle.test", ""):
        with pytest.raises(Refused, match="adresata"):
            reception.receive(letter(to or "x@y.example"))
    assert reception.receive(letter(where("nobody")))[0].result == "refused"
    suspended = dataclasses.replace(tenant, status="suspended")
    app.registry_before = app.extensions["tenants"]
    try:
        app.extensions["tenants"] = type("Registry", (), {"by_id": lambda _self, _id: suspended})()
        assert reception.receive(letter(where()))[0].result == "refused"
    finally:
        app.extensions["tenants"] = app.registry_before
    assert desk.taken == []


def test_what_is_no_letter_or_too_large_is_refused(app: Any, desk: Any, where: Any) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 2_000
    for raw in (b"", b"\0" * 1_000, b"x" * 10_000, b"To: " + where().encode() + b"\n" + nested):
        with pytest.raises(Refused):
            reception.receive(raw)
    with pytest.raises(Refused, match="25 MB"):
        reception.receive(b"To: a@b\n\n" + b"x" * reading.LARGEST)


def test_a_feature_that_refuses_leaves_only_the_note(app: Any, tenant: Any, desk: Any, where: Any) -> None:
    desk.trouble = refusal
    outcome = reception.receive(letter(where()))[0]
    assert (outcome.result, outcome.reason) == ("refused", refusal.message)
    assert rows(app, tenant, "SELECT count(*) FROM outbox_causes WHERE cause LIKE 'desk:%'")[0][0] == 0
    assert rows(app, tenant, NOTES)[0].outcome == "refused"


def test_a_feature_that_breaks_leaves_nothing_and_the_letter_can_come_again(
    app: Any, tenant: Any, desk: Any, where: Any
) -> None:
    raw = letter(where())
    for trouble in (ValueError("ours"), TryLater("theirs")):
        desk.trouble = trouble
        with pytest.raises(type(trouble)):
            reception.receive(raw)
        work.rollback()
        assert rows(app, tenant, NOTES) == []
    desk.trouble = None
    assert reception.receive(raw)[0].result == "taken"


def test_two_programs_that_answer_each_other_are_stopped(app: Any, desk: Any, where: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "HOURLY_LIMIT", 2)
    to = where()
    assert [reception.receive(letter(to))[0].result for _time in range(3)] == ["taken", "taken", "refused"]
    assert reception.receive(letter(where()))[0].result == "taken", "others are not kept waiting for it"


@pytest.fixture
def inbox(app: Any, desk: Any) -> Any:
    with Inbox() as running:
        before = runtime.settings()
        runtime.install(dataclasses.replace(before, mail_inbox_url=running.url))
        yield running
        runtime.install(before)


def test_the_mailbox_is_read_and_marked(app: Any, desk: Any, where: Any, inbox: Any) -> None:
    good, robot = inbox.put(letter(where())), inbox.put(letter(where(), Precedence="bulk"))
    stranger = inbox.put(letter("kto@inny.example"))
    poll()
    assert desk.texts() == ["Dzień dobry."]
    assert (good.flags, robot.flags) == ({"\\Seen"}, {"\\Seen"})
    assert stranger.flags == {"\\Seen", "\\Flagged"}, "what nobody took stays there for a person"
    poll()
    assert len(desk.taken) == 1


def test_a_letter_of_sixty_megabytes_is_not_even_fetched(
    app: Any, tenant: Any, desk: Any, where: Any, inbox: Any
) -> None:
    huge = inbox.put(letter(where()).replace(b"\n", b"\r\n") + b"x" * (60 << 20))
    small = inbox.put(letter(where()))
    poll()
    assert huge.flags == {"\\Seen", "\\Flagged"} and small.flags == {"\\Seen"}
    assert inbox.fetched.count("(BODY.PEEK[])") == 1
    assert [row.outcome for row in rows(app, tenant, NOTES)] == ["refused", "taken"]


def test_a_mailbox_that_goes_away_and_a_feature_that_breaks_lose_nothing(
    app: Any, desk: Any, where: Any, inbox: Any
) -> None:
    waits = inbox.put(letter(where()))
    inbox.silent = True
    with pytest.raises(TryLater):
        poll()
    inbox.silent = False
    assert waits.flags == set()
    desk.trouble = TryLater("the scanner does not answer")
    poll()
    assert waits.flags == set(), "it is found again at the next look"
    desk.trouble = None
    poll()
    assert waits.flags == {"\\Seen"} and len(desk.taken) == 1
    broken = inbox.put(letter(where()))
    desk.trouble = ValueError("ours")
    poll()
    assert broken.flags == {"\\Seen", "\\Flagged"}, "one letter that we stumble over does not stop the others"


def test_a_mailbox_that_cannot_be_is_said_so(app: Any) -> None:
    from app.gateways.mailbox import place

    for url in ("smtp://a:b@c", "imaps://c/INBOX", "imap://a:b@mail.example/INBOX", "imaps://a:b@c/%22", "imaps://a@c"):
        with pytest.raises(ValueError, match="MAIL_INBOX_URL"):
            place(url)
    found = place("imaps://portal%40x.pl:p%2Fq@imap.example/")
    assert (found.user, found.password, found.port, found.folder) == ("portal@x.pl", "p/q", 993, "INBOX")


def test_a_mail_server_hands_a_letter_over(flask_command: Any, where: Any, tmp_path: Any) -> None:
    """No feature of this process is known there, so a letter to it is refused, as one to a stranger is."""
    path = tmp_path / "letter.eml"
    path.write_bytes(letter("kto@inny.example"))
    done = flask_command("mail", "receive", "--file", str(path))
    assert (done.returncode, done.stderr.strip()) == (1, "Nie ma tu takiego adresata.")
    piped = flask_command("mail", "receive", "--pipe", "--to", where(), stdin=path.read_text())
    assert piped.returncode == 67


def test_the_scheduler_has_a_worker_read_the_mailbox(app: Any, desk: Any, where: Any, inbox: Any) -> None:
    from sqlalchemy import text

    from tenants.db import PLATFORM, db
    from worker import entry, sweeps

    kept = inbox.put(letter(where()))
    sweeps.read_mailbox(app)
    with db.engines[PLATFORM].begin() as connection:
        row = connection.execute(
            text("SELECT id FROM platform.jobs WHERE name = 'mailroom.poll' AND state = 'waiting'")
        )
        job = row.scalar_one()
    entry.run(None, job)
    assert desk.texts() == ["Dzień dobry."] and kept.flags == {"\\Seen"}


def test_old_notes_of_letters_are_forgotten(app: Any, tenant: Any, desk: Any, where: Any) -> None:
    from sqlalchemy import text

    from app.personal.commands.forgetting import forget_old
    from tenants.context import bind
    from tenants.db import db

    reception.receive(letter(where()))
    reception.receive(letter(where()))
    with bind(tenant):
        db.session.execute(text("UPDATE incoming_mail SET at = now() - interval '10 years' WHERE id = 1"))
        work.commit()
        forget_old()
    assert len(rows(app, tenant, NOTES)) == 1


def test_a_letter_longer_than_anybody_reads_is_cut(app: Any, desk: Any, where: Any) -> None:
    reception.receive(letter(where(), "ala ma kota\n" * 50_000))
    assert len(desk.texts()[0]) <= reading.MOST_LETTERS


BOMBS = {
    "a title of beginnings": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nx",
    "remarks in remarks": b"From: " + b"(" * 9_000 + b"\r\n\r\nx",
    "many parts": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 200_000,
    "many parameters": b"Content-Type: text/plain; " + b"a=b; " * 50_000 + b"\r\n\r\nx",
    "a name in pieces": b"Content-Type: text/plain;\r\n "
    + b"".join(b"name*%d=a;\r " % n for n in range(30_000))
    + b"\r\n\r\nx",
    "many lines": b"Content-Type: message/delivery-status\r\n\r\n" + b"A: b\r\n\r\n" * 500_000,
    "letters in letters": b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"\r\nx",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_letter_made_to_be_slow_is_soon_done_with(app: Any, desk: Any, where: Any, bomb: str) -> None:
    begun = time.process_time()
    with suppress(Refused):
        reception.receive(b"Message-ID: <%s@x>\r\n" % bomb.replace(" ", "").encode() + BOMBS[bomb], [where()])
        assert len(desk.taken) == 1 and len(desk.texts()) == 1
        reading.enclosures(desk.taken[0][1].message)
    assert time.process_time() - begun < 4
