"""The local mail server keeps what it takes and refuses what is made to be refused."""

from __future__ import annotations

import mailbox
import smtplib
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.local import processes

LETTER = "Subject: Saldo\r\nTo: a@example.com\r\n\r\nŁódź\r\n".encode()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[smtplib.SMTP]:
    port = processes.free_port()
    process = processes.spawn([sys.executable, "-m", "config.local.mail_sink", str(port), tmp_path])
    clients: list[smtplib.SMTP] = []

    def connected() -> bool:
        with suppress(OSError):
            clients.append(smtplib.SMTP("127.0.0.1", port, timeout=10))
        return bool(clients)

    try:
        assert processes.wait_until(connected, 20)
        yield clients[0]
        clients[0].quit()
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_keep_a_message_with_its_envelope(sink: smtplib.SMTP, tmp_path: Path) -> None:
    sink.sendmail("office@example.com", ["a@example.com", "b@example.com"], LETTER)
    (message,) = mailbox.Maildir(tmp_path, create=False)
    assert message["Return-Path"] == "<office@example.com>"
    assert message.get_all("Delivered-To") == ["a@example.com", "b@example.com"]
    assert message["Subject"] == "Saldo"
    assert "Łódź" in (next((tmp_path / "new").iterdir())).read_text()


def test_refuse_what_is_made_to_be_refused(sink: smtplib.SMTP, tmp_path: Path) -> None:
    refused = sink.sendmail(
        "office@example.com", ["bounce550.jan@example.com", "later451@example.com", "c@example.com"], LETTER
    )
    assert {address: code for address, (code, _) in refused.items()} == {
        "bounce550.jan@example.com": 550,
        "later451@example.com": 451,
    }
    assert len(list((tmp_path / "new").iterdir())) == 1
