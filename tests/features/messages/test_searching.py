"""Searching in conversations: by the words of what was written, in any case, over an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.messages.queries.listing import _FOUND
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import Browser
from tests.features.messages.conftest import sent


@pytest.fixture
def asked(people: Callable[[str], Browser]) -> Callable[[str], Browser]:
    """O1 has written about a tap and about a lift."""
    mine = people("O1")
    for subject, body in (("Cieknący kran", "Woda kapie na ścianę łazienki."), ("Winda", "Stoi od rana/wieczora.")):
        assert sent(mine, "/messages", unit="L001", subject=subject, body=body).status_code == 303
    return people


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("łazienka", "Cieknący kran"), ("SCIANA kapie", "Cieknący kran"), ("krany", "Cieknący kran"),
        ("windy", "Winda"), ("wieczor", "Winda"), ("łazienka windy", None), ("???", None), ("a'b:* & !", None),
        ("%", None), ("x" * 9000, None),
    ],
)  # fmt: skip
def test_words_are_found_without_marks_and_in_any_case(asked: Any, words: str, found: str | None) -> None:
    for who, page in (("O1", "/messages/history"), ("hanna", "/admin/messages")):
        answer = asked(who).get(page, query_string={"q": words, "state": ""})
        assert answer.status_code == 200
        shown = [subject for subject in ("Cieknący kran", "Winda") if f">{subject}<" in answer.text]
        assert shown == ([found] if found else []), (who, words)


def test_many_messages_are_looked_up_in_the_index(asked: Any, app: Any, tenant: Any) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(
            text(
                "INSERT INTO messages (public_id, thread_id, side, author_name, body) SELECT 'many' || n, "
                "(SELECT min(id) FROM message_threads), 'resident', 'x', 'Sprawa numer ' || n "
                "FROM generate_series(1, 5000) n"
            )
        )
        plan = db.session.execute(
            text(f"EXPLAIN {_FOUND.text}"), {"words": "grzyb:*", "pattern": "%grzyb%", "staff": True}
        )
        lines = "\n".join(plan.scalars())
        assert "ix_messages_body" in lines, lines
        db.session.rollback()


def test_a_note_is_found_by_staff_alone(asked: Any, app: Any, tenant: Any) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(
            text(
                "INSERT INTO messages (public_id, thread_id, side, author_name, body) "
                "SELECT 'note', id, 'note', 'x', 'pieniacz' FROM message_threads WHERE subject = 'Winda'"
            )
        )
        db.session.commit()
    assert ">Winda<" in asked("hanna").get("/admin/messages?q=pieniacz&state=").text
    assert ">Winda<" not in asked("O1").get("/messages/history?q=pieniacz").text
