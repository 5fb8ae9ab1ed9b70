"""The mailbox over TLS, by real sockets: a certificate that we trust opens it, any other keeps our password at home."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core import runtime
from app.gateways import mailbox
from app.mailroom.jobs import poll
from config.settings import UnsafeSettings, load
from tests.features.mailroom.conftest import letter
from tests.inbox import Inbox, certificate


@contextmanager
def _told(url: str, ca: Path | None) -> Iterator[None]:
    """The deployment's settings as MAIL_INBOX_URL and MAIL_INBOX_CA would make them."""
    before = runtime.settings()
    runtime.install(dataclasses.replace(before, mail_inbox_url=url, mail_inbox_ca=str(ca) if ca else None))
    try:
        yield
    finally:
        runtime.install(before)


def test_letters_are_taken_over_tls_from_a_server_whose_certificate_is_trusted(
    app: Any, desk: Any, where: Any, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    with Inbox(pem) as inbox:
        assert inbox.url.startswith("imaps://")
        good, stranger = inbox.put(letter(where())), inbox.put(letter("kto@inny.example"))
        with _told(inbox.url, pem):
            poll()
    assert good.flags == {"\\Seen"} and stranger.flags == {"\\Seen", "\\Flagged"}
    assert desk.texts() == ["Dzień dobry."]


@pytest.mark.parametrize("why", ["unknown", "other server", "run out", "none trusted"])
def test_a_wrong_certificate_is_refused_before_the_password_is_said(
    app: Any, desk: Any, where: Any, tmp_path: Path, why: str
) -> None:
    trusted = certificate(tmp_path, days=5)
    shown = {
        "unknown": lambda: certificate(tmp_path, days=2),
        "other server": lambda: certificate(tmp_path, "imap.inny.example"),
        "run out": lambda: certificate(tmp_path, days=-1),
        "none trusted": lambda: trusted,
    }[why]()
    ca = {"unknown": trusted, "none trusted": None}.get(why, shown)
    with Inbox(shown) as inbox:
        kept = inbox.put(letter(where()))
        with _told(inbox.url, ca), pytest.raises(mailbox.Away, match="certificate verify failed"):
            poll()
    assert inbox.logins == 0 and kept.flags == set() and desk.taken == []


def test_a_server_without_tls_gets_no_password_where_tls_was_asked_for(app: Any, desk: Any, tmp_path: Path) -> None:
    with Inbox() as inbox:
        with _told(inbox.url.replace("imap://", "imaps://"), certificate(tmp_path)), pytest.raises(mailbox.Away):
            poll()
    assert inbox.logins == 0


def test_what_the_environment_says_reaches_the_mailbox_and_a_missing_file_is_told(environ: Any, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    told = load({**environ, "MAIL_INBOX_URL": "imaps://a:b@imap.example/INBOX", "MAIL_INBOX_CA": str(pem)})
    assert told.mail_inbox_ca == str(pem)
    assert mailbox.place(told.mail_inbox_url or "", told.mail_inbox_ca).ca == str(pem)
    assert mailbox.place("imaps://a:b@imap.example/INBOX").ca is None
    with pytest.raises(UnsafeSettings, match="MAIL_INBOX_CA"):
        load({**environ, "MAIL_INBOX_CA": str(tmp_path / "none.pem")})
