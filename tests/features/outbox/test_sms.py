"""Text messages: what they cost, where they can go, how the gateway's answers are understood, rows on their way."""

from __future__ import annotations

import json
import os
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core import runtime
from app.credentials.rules import Reach, offers
from app.gateways import gsm, sms
from app.gateways.mail import OutcomeUnknown, Postponed, ServerDown, WillNeverWork
from app.gateways.sms import Message, gateway
from app.outbox.rules import NO_GATEWAY
from app.outbox.texting import unreachable
from tests.features.outbox.conftest import Outbox

MESSAGE = Message("+48601234567", "Hasło: Kdtm-4827 & ąę+=%", "alfa", "ref-1", "SM Alfa")


@pytest.mark.parametrize(
    ("text", "alphabet", "signs", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ą" * 70, "UCS-2", 70, 1),
        ("ą" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("ą" * 66 + "😀" + "ą" * 66, "UCS-2", 134, 3),
    ],
)
def test_what_a_message_costs(text: str, alphabet: str, signs: int, segments: int) -> None:
    assert gsm.size(text) == gsm.Size(alphabet, signs, segments)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zażółć gęślą jaźń ŁÓDŹ", "Zazolc gesla jazn LODZ"),
        ("„Słoneczna” – 5 m²…", '"Sloneczna" - 5 m2...'),
        ("a\u0105 = a\u0328", "aa = a"),
        ("Пароль ą", "Пароль ą"),
        ("ok @£€{}", "ok @£€{}"),
    ],
)
def test_plain_letters_cost_less(text: str, plain: str) -> None:
    assert gsm.plain(text) == plain


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("601 234 567", "+48601234567"),
        ("+48 601-234-567", "+48601234567"),
        ("0048601234567", "+48601234567"),
        ("+380 67 123 45 67", "+380671234567"),
        ("76 833 12 34", "+48768331234"),
        ("601 234", None),
        ("601234567 w. 5", None),
        ("abc", None),
        ("", None),
        (None, None),
        ("6" * 5000, None),
        ("601\x00234567", None),
    ],
)
def test_numbers_in_their_international_form(typed: str | None, form: str | None) -> None:
    assert gsm.e164(typed) == form


def test_only_mobile_numbers_take_messages() -> None:
    assert gsm.takes_messages("+48601234567")
    assert not gsm.takes_messages("+48768331234")
    assert gsm.masked("+48601234567") == "+48 ••• ••• 567"


def test_a_folder_keeps_one_file_a_message(tmp_path: Path) -> None:
    out = gateway(f"file://{tmp_path}/sms")
    out.send(MESSAGE)
    out.send(MESSAGE)
    (path,) = (tmp_path / "sms").iterdir()
    kept = json.loads(path.read_text())
    assert list(kept) == ["to", "text", "tenant", "at"]
    assert (kept["to"], kept["text"], kept["tenant"]) == (MESSAGE.number, MESSAGE.text, "alfa")
    assert datetime.fromisoformat(kept["at"]).tzinfo is not None


def test_a_folder_that_cannot_be_written_is_a_server_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("a file")
    with pytest.raises(ServerDown):
        gateway(f"file://{tmp_path}/sms").send(MESSAGE)


@pytest.mark.parametrize("url", ["", "smsapi://api.smsapi.pl", "smsapi://token@", "http://x@y", "file://", "sms"])
def test_an_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMS_URL"):
        gateway(url)


class Smsapi:
    """The gateway's own interface over TLS, answering as told."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[tuple[int, bytes] | None] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.certificate = _certificate(folder)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append((self.headers["Authorization"], parse_qs(body.decode())))
                answer = outer.answers.pop(0) if outer.answers else (200, b'{"count": 1, "list": [{"id": "1"}]}')
                if answer is None:
                    self.connection.close()
                    return
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smsapi://t%2Fken@localhost:{self.server.server_port}"


@pytest.fixture
def smsapi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smsapi]:
    made = Smsapi(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_one_request_a_message(smsapi: Smsapi) -> None:
    gateway(smsapi.url).send(MESSAGE)
    ((token, form),) = smsapi.asked
    assert token == "Bearer t/ken"
    assert form["to"] == [MESSAGE.number]
    assert form["message"] == [MESSAGE.text]
    assert form["from"] == ["SM Alfa"]
    assert form["idx"] == ["ref-1"]
    assert form["check_idx"] == ["1"]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ((200, b'{"error": 13, "message": "No valid recipients"}'), WillNeverWork),
        ((200, b'{"error": 52, "message": "Too many messages to one number"}'), Postponed),
        ((200, b'{"error": 101, "message": "Authorization failed"}'), ServerDown),
        ((401, b'{"error": 101, "message": "Authorization failed"}'), ServerDown),
        ((200, b'{"error": 103, "message": "Insufficient credits"}'), ServerDown),
        ((429, b""), ServerDown),
        ((503, b"busy"), ServerDown),
        ((302, b""), ServerDown),
        ((500, b"<html>"), OutcomeUnknown),
        ((200, b"[" * 60000), OutcomeUnknown),
        ((200, b""), OutcomeUnknown),
        (None, OutcomeUnknown),
    ],
)
def test_answers_are_told_apart(smsapi: Smsapi, answer: Any, means: type[Exception]) -> None:
    smsapi.answers.append(answer)
    with pytest.raises(means) as refusal:
        gateway(smsapi.url).send(MESSAGE)
    assert "ken" not in str(refusal.value)


def test_taken_before_is_taken(smsapi: Smsapi) -> None:
    smsapi.answers.append((200, b'{"error": 53, "message": "Not unique idx parameter"}'))
    gateway(smsapi.url).send(MESSAGE)


def test_a_certificate_of_somebody_else_is_a_server_that_is_down(
    smsapi: Smsapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ServerDown):
        gateway(smsapi.url).send(MESSAGE)
    assert smsapi.asked == []


def test_nobody_there_is_a_server_that_is_down() -> None:
    with pytest.raises(ServerDown):
        gateway("smsapi://t@localhost:1").send(MESSAGE)


def test_a_server_that_says_nothing_leaves_it_unknown(smsapi: Smsapi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "TOTAL_SECONDS", 0.0)
    with pytest.raises(OutcomeUnknown, match="timed out"):
        gateway(smsapi.url).send(MESSAGE)


class Taking:
    def __init__(self, *faults: Exception) -> None:
        self.faults, self.sent = list(faults), []

    def send(self, message: Message) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(message)


def text_out(outbox: Outbox, number: str | None = "601 234 567", cause: str = "c:1", **options: Any) -> bool:
    from app.core import work
    from app.credentials import mails  # registers the letter
    from app.outbox.commands import post_sms

    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with outbox.bound():
        written = post_sms(
            "start_password", cause, "account:1", number, {"password": "TOP-SECRET", "expires_at": until}, **options
        )
        work.commit()
    assert mails
    return written


def send(outbox: Outbox, out: Any, lane: str = "urgent") -> Any:
    from app.outbox.sending import turn_sms

    with outbox.bound():
        return turn_sms(lane, out, 30)


def test_a_row_leaves_once_and_its_secret_is_forgotten(outbox: Outbox) -> None:
    assert text_out(outbox)
    assert not text_out(outbox)
    assert "TOP-SECRET" not in str(outbox.rows("row_to_json(outbox_items)::text", ""))
    out = Taking()
    assert send(outbox, out) is None
    assert send(outbox, out) is None
    (message,) = out.sent
    assert (message.number, message.tenant) == ("+48601234567", outbox.tenant.slug)
    assert "TOP-SECRET" in message.text
    assert outbox.rows("channel, state, context", "") == [("sms", "sent", {})]


def test_numbers_that_cannot_be_used_say_why(outbox: Outbox) -> None:
    for number, typed in enumerate(["", None, "12", "76 833 12 34", "601\0"]):
        text_out(outbox, typed, f"c:{number}")
    assert [row[0] for row in outbox.rows("reason", "ORDER BY id")] == [
        "no_number", "no_number", "bad_number", "not_mobile", "bad_number",
    ]  # fmt: skip
    assert outbox.rows("DISTINCT state, live", "") == [("skipped", False)]
    assert "SECRET" not in str(outbox.rows("row_to_json(outbox_items)::text", ""))


def test_mail_and_messages_do_not_wait_for_each_other(outbox: Outbox, mailer: Any, crooked: Any) -> None:
    outbox.secret()
    text_out(outbox)
    assert send(outbox, Taking(ServerDown("down"))) is not None
    assert outbox.turn(mailer, "urgent") is None
    assert outbox.rows("channel, state", "ORDER BY channel") == [("email", "sent"), ("sms", "queued")]
    assert len(crooked.messages) == 1


def test_failures_are_kept_and_shown(outbox: Outbox) -> None:
    for number in range(4):
        text_out(outbox, cause=f"c:{number}")
    faults = [WillNeverWork("13 no"), Postponed("52 later"), OutcomeUnknown("cut"), ServerDown("down")]
    send(outbox, Taking(*faults))
    assert outbox.rows("state, reason", "ORDER BY id") == [
        ("failed", "13 no"), ("queued", "52 later"), ("held", "unknown_outcome"), ("queued", "down"),
    ]  # fmt: skip


def test_a_dead_sender_of_a_secret_leaves_it_held(outbox: Outbox) -> None:
    text_out(outbox)
    outbox.sql("UPDATE outbox_items SET state = 'sending', attempts = 1, lease_until = now() - interval '1 second'")
    out = Taking()
    send(outbox, out)
    assert outbox.states() == {"held": 1}
    assert out.sent == []


def test_what_is_withdrawn_does_not_leave(outbox: Outbox) -> None:
    from app.core import work
    from app.outbox.commands import withdraw

    text_out(outbox)
    with outbox.bound():
        assert withdraw("c:1") == 1
        work.commit()
    out = Taking()
    send(outbox, out)
    assert out.sent == []
    assert outbox.rows("state, reason, context", "") == [("skipped", "withdrawn", {})]


def test_the_sweep_rings_for_messages_too(outbox: Outbox) -> None:
    from app.core import work
    from app.outbox.commands import wake

    text_out(outbox)
    outbox.sql("DELETE FROM jobs")
    with outbox.bound():
        wake()
        work.commit()
    assert outbox.sql("SELECT name, key FROM jobs") == [("outbox.drain_sms", "urgent")]


def _certificate(folder: Path) -> Path:
    """A certificate of `localhost` with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    os.chmod(path, 0o600)
    return path


def test_without_a_gateway_a_row_says_so_and_is_never_taken_for_sent(app: Any) -> None:
    runtime.install(replace(app.settings, sms_url=""))
    try:
        assert unreachable("601 234 567") == NO_GATEWAY
        assert NO_GATEWAY in {offer.against for offer in offers(Reach("a@alfa.example", "601234567", ()))}
    finally:
        runtime.install(app.settings)
