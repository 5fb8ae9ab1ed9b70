"""Mailouts where the ground moves under them: dissolved estates, an audience that is gone when it is approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.errors import NotThere
from app.mailouts import queries
from app.mailouts.rules import Order
from tests.features.mailouts.test_orders import _quiet_in, books, clerk, do, sent
from tests.features.mailouts.test_pages import csrf, staff

__all__ = ["books", "staff"]
B1 = frozenset({"B1"})
B2 = frozenset({"B2"})


def test_a_mailout_to_an_estate_that_was_dissolved_stays_hidden_from_staff_of_other_buildings(books: Any) -> None:
    public_id = sent(books, Order("Temat", "Treść", {"estates": ["osiedle-b"]}))
    books.sql("DELETE FROM estates")
    with books.bound():
        limited = replace(clerk(1), buildings=B1)
        assert queries.mailouts(limited).total == 0
        with pytest.raises(NotThere):
            queries.mailout(limited, public_id)


def test_who_is_limited_to_buildings_writes_to_these_also_when_the_estate_grows(books: Any) -> None:
    limited = replace(clerk(1), buildings=B2)
    public_id = do(books, "write", limited, Order("Temat", "Treść", {"estates": ["osiedle-b"]}))
    books.sql('UPDATE estates SET buildings = \'["B1", "B2"]\'')
    assert do(books, "launch", limited, public_id) == "sending"
    assert books.sql("SELECT count(*) FROM outbox_items WHERE recipient_key = 'person:P1'") == [(0,)]
    assert books.sql("SELECT count(*) FROM outbox_items WHERE recipient_key = 'person:P3'") == [(1,)]


def test_a_paused_one_goes_on_at_once_when_the_manager_has_given_up_quiet_hours(books: Any) -> None:
    _quiet_in(books, hours=0)
    public_id = sent(books, Order("Temat", "Treść"), clerk(1))
    do(books, "pause", clerk(1), public_id)
    books.sql("UPDATE outbox_items SET deferrals = 1 WHERE id IN (SELECT min(id) FROM outbox_items WHERE NOT live)")
    _quiet_in(books, hours=5)
    do(books, "resume", clerk(1), public_id)
    waits = books.sql("SELECT deferrals FROM outbox_items WHERE live AND run_after > now()")
    assert waits == [(1,)], "a server that has put a letter off is asked again in its own time"


def test_what_nobody_would_get_any_more_is_not_approved(staff: Any, books: Any) -> None:
    books.sql("INSERT INTO office_settings (name, value) VALUES ('mailouts', '{\"second_over\": 1}')")
    public_id = sent(books, Order("Temat", "Treść", {"units": ["U1"]}), clerk(1))
    books.sql("UPDATE units SET until_revision = 2 WHERE code = 'U1'")
    browser = staff("admin")
    answer = browser.post(f"/admin/mailouts/{public_id}/approve", data={"csrf_token": csrf(browser)})
    assert answer.status_code == 303
    assert books.sql("SELECT state, approved_by FROM mailouts") == [("waiting", None)]
    assert books.sql("SELECT count(*) FROM audit_entries WHERE action = 'mailout.approved'") == [(0,)]


def test_names_of_files_that_all_get_are_looked_at_too(books: Any) -> None:
    from app.guard.commands import Held

    public_id = do(books, "write", clerk(1), Order("Temat", "Treść"))
    books.sql('UPDATE mailouts SET attachments = \'[{"file": 1, "name": "Anna Adamska 44051401359.pdf"}]\'')
    with pytest.raises(Held):
        do(books, "launch", clerk(1), public_id)


def test_crooked_numbers_and_nested_json_are_refused_quietly(staff: Any, books: Any) -> None:
    browser = staff("admin")
    public_id = do(books, "write", clerk(1), Order("Temat", "Treść"))
    token = {"csrf_token": csrf(browser)}
    answer = browser.post(f"/admin/mailouts/{public_id}/files", data={**token, "drop": "9" * 5_000})
    assert answer.status_code == 303
    for page in ("people", "count"):
        answer = browser.post(f"/admin/audience/{page}", data={**token, "audience_json": "[" * 5_000})
        assert answer.status_code in (200, 422)
