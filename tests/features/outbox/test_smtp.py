"""The SMTP gateway against servers that misbehave: what was certainly not taken, and what nobody knows."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator

import pytest

from app.gateways import mail
from app.gateways.mail import OutcomeUnknown, Postponed, ServerDown, SmtpMailer, WillNeverWork, server
from tests.features.outbox.crooked import CUT, HANG, Crooked

LETTER = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"


@pytest.fixture(params=[False, True], ids=["plain", "pipelining"])
def crooked(request: pytest.FixtureRequest) -> Iterator[Crooked]:
    with Crooked(pipelining=request.param) as running:
        yield running


def mailer(crooked: Crooked) -> SmtpMailer:
    return SmtpMailer(server(crooked.url))


def send(mailer: SmtpMailer, address: str = "jan@example.org") -> None:
    mailer.send("no-reply@alfa.example.org", address, LETTER)


def test_one_connection_for_many(crooked: Crooked) -> None:
    out = mailer(crooked)
    for number in range(5):
        send(out, f"r{number}@example.org")
    assert crooked.messages == [(f"r{number}@example.org", LETTER) for number in range(5)]
    assert crooked.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_again(crooked: Crooked) -> None:
    out = mailer(crooked)
    send(out)
    crooked.cut_all()
    send(out)
    crooked.faults["MAIL"].append(b"421 idle for too long")
    send(out)
    assert len(crooked.messages) == 3


@pytest.mark.parametrize(
    ("stage", "answer", "error"),
    [
        ("hello", b"554 go away", ServerDown),
        ("hello", CUT, ServerDown),
        ("EHLO", CUT, ServerDown),
        ("MAIL", b"451 slow down", ServerDown),
        ("MAIL", b"530 log in first", ServerDown),
        ("MAIL", b"552 too big", WillNeverWork),
        ("RCPT", b"450 greylisted", Postponed),
        ("RCPT", b"550 5.1.1 no such mailbox", WillNeverWork),
        ("RCPT", b"421 closing", ServerDown),
        ("RCPT", CUT, ServerDown),
        ("DATA", b"451 later", Postponed),
        ("DATA", b"554 spam", WillNeverWork),
        ("DATA", CUT, ServerDown),
        ("dot", b"451 disk full", Postponed),
        ("dot", b"552 too much", WillNeverWork),
        ("dot", CUT, OutcomeUnknown),
        ("taken", CUT, OutcomeUnknown),
    ],
)
def test_each_failure_has_its_name(crooked: Crooked, stage: str, answer: bytes, error: type[Exception]) -> None:
    out = mailer(crooked)
    crooked.faults[stage].append(answer)
    with pytest.raises(error) as found:
        send(out)
    if b" " in answer:
        assert answer.decode() in str(found.value)
    crooked.messages.clear()
    send(out, "next@example.org")
    assert crooked.addresses() == ["next@example.org"]


def test_silence_ends_in_time(crooked: Crooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TOTAL_SECONDS", 0.5)
    for stage, error in (("hello", ServerDown), ("RCPT", ServerDown), ("dot", OutcomeUnknown)):
        crooked.faults[stage].append(HANG)
        started = time.monotonic()
        with pytest.raises(error):
            send(mailer(crooked))
        assert time.monotonic() - started < 2


def test_nobody_there(crooked: Crooked) -> None:
    out = mailer(crooked)
    crooked.__exit__()
    with pytest.raises(ServerDown):
        send(out)


def test_the_answer_of_a_server_cannot_write_lines_of_ours(crooked: Crooked) -> None:
    crooked.faults["RCPT"].append(b"550-one\x1b[31m\r\n550 two \xff" + b"x" * 400)
    with pytest.raises(WillNeverWork) as found:
        send(mailer(crooked))
    assert str(found.value).isprintable()
    assert len(str(found.value)) <= mail.SENTENCE_LENGTH


def test_a_message_larger_than_the_server_takes_does_not_travel() -> None:
    with Crooked(pipelining=True, largest=1000) as careful:
        out = mailer(careful)
        began = time.monotonic()
        with pytest.raises(WillNeverWork, match=r"552 .* 1000"):
            out.send("no-reply@alfa.example.org", "jan@example.org", b"Subject: x\r\n\r\n" + b"x" * (60 << 20))
        assert time.monotonic() - began < 2
        send(out)
        assert careful.messages == [("jan@example.org", LETTER)]
        assert careful.connections == 1


@pytest.mark.parametrize("address", ["a@b.pl> SIZE=1\r\nRCPT TO:<x@y.pl", "a b@c.pl", "", "ł@b.pl", "a@b.pl\n"])
def test_addresses_cannot_speak_to_the_server(crooked: Crooked, address: str) -> None:
    with pytest.raises(WillNeverWork):
        send(mailer(crooked), address)
    assert crooked.connections == 0


def test_after_a_fork_the_connection_stays_with_the_parent(crooked: Crooked) -> None:
    out = mailer(crooked)
    send(out)
    child = os.fork()
    if not child:
        try:
            send(out, "child@example.org")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    send(out, "parent@example.org")
    assert crooked.addresses() == ["jan@example.org", "child@example.org", "parent@example.org"]
    assert crooked.connections == 2


def test_a_mail_url() -> None:
    found = server("smtps://biuro%40x:p%3Aw@mail.example.org")
    assert (found.host, found.port, found.tls, found.user, found.password) == (
        "mail.example.org", 465, True, "biuro@x", "p:w"
    )  # fmt: skip
    assert server("smtp://localhost:1025").port == 1025
    for wrong in ("", "http://x", "smtp://", "localhost:25"):
        with pytest.raises(ValueError, match="MAIL_URL"):
            server(wrong)


def test_certificates_are_checked_where_a_password_goes() -> None:
    assert mail._tls(checked=True).verify_mode is ssl.CERT_REQUIRED
