"""Declining by link: reading changes nothing, one click of a mail program is enough, tokens are of one tenant."""

from __future__ import annotations

import re
from typing import Any

from app.outbox.tokens import unsubscribe_token
from tests.features.outbox.conftest import Outbox


def declined(outbox: Outbox) -> list[Any]:
    return outbox.sql("SELECT address, topic FROM mail_optouts")


def test_the_page(outbox: Outbox, client: Any) -> None:
    with outbox.bound():
        token = unsubscribe_token("Jan@Example.org", "mailouts")
    browser = client(outbox.tenant.slug)
    for _scan in range(3):
        answer = browser.get(f"/unsubscribe/{token}")
        assert answer.status_code == 200, answer.text
        assert browser.head(f"/unsubscribe/{token}").status_code == 200
    assert "jan@example.org" in answer.text
    assert declined(outbox) == []
    outbox.write(2, pattern="jan@example.org")
    for _click in range(2):
        answer = browser.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert declined(outbox) == [("jan@example.org", "mailouts")]
    assert outbox.states() == {"skipped": 2}
    assert outbox.sql("SELECT action, subject FROM audit_entries WHERE action = 'mail.declined'") == [
        ("mail.declined", "mailouts")
    ]


def test_tokens_are_of_one_tenant(outbox: Outbox, client: Any, new_house: Any, app: Any) -> None:
    other = new_house()
    with Outbox(app, other).bound():
        token = unsubscribe_token("jan@example.org", "mailouts")
    forged = re.sub(r"^.", lambda found: "A" if found[0] != "A" else "B", token)
    for wrong in (token, forged, "x", "x.y", "%00"):
        assert client(outbox.tenant.slug).get(f"/unsubscribe/{wrong}").status_code == 404
        assert client(outbox.tenant.slug).post(f"/unsubscribe/{wrong}").status_code == 404
    assert client(other.slug).get(f"/unsubscribe/{token}").status_code == 200
    assert declined(outbox) == []
