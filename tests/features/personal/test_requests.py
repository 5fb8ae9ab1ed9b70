"""Requests about one's data: asked once, answered by the office, erased as far as the law lets, and after a restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.features.notifications.conftest import PASSWORD
from tests.features.personal.test_copy import HOME, house_id, lived_in

__all__ = ["lived_in"]


@pytest.fixture
def staff(house: Any, enter: Any) -> Callable[[str], Any]:
    def enter_as(role: str = "admin") -> Any:
        from app.accounts.commands import create_account
        from app.core.actor import system

        house.do(lambda: create_account(system("tests"), f"s-{role}", (), role, None, password=PASSWORD))
        return enter(f"s-{role}")

    return enter_as


def ask(house: Any, visitor: Any, kind: str = "erasure", key: str = "k1") -> str:
    sent = visitor.post(HOME, {"kind": kind, "body": f"Proszę: {kind}", "form_key": key})
    assert sent.status_code == 303, sent.text
    return str(house.sql("SELECT public_id FROM personal_requests ORDER BY id DESC LIMIT 1")[0][0])


def test_asked_answered_and_read(lived_in: Any, enter: Any, staff: Any) -> None:
    visitor, office = enter("P1"), staff("clerk")
    name = ask(lived_in, visitor, "correction")
    assert "Łucja Żak" in office.get("/admin/personal").text
    page = office.get(f"/admin/personal/{name}").text
    assert "Proszę: correction" in page
    assert "formaction" not in page
    path = f"/admin/personal/{name}/answer"
    empty = office.post(path, {"answer": " "}, form=f"/admin/personal/{name}")
    assert empty.status_code == 422
    assert "Napisz odpowiedź" in empty.text
    assert office.post(path, {"answer": "Poprawiono."}, form=f"/admin/personal/{name}").status_code == 303
    assert office.post(path, {"answer": "Jeszcze raz"}, form="/settings").status_code == 303
    assert lived_in.sql("SELECT state, answer FROM personal_requests") == [("answered", "Poprawiono.")]
    assert "Poprawiono." in visitor.get(HOME).text
    assert lived_in.letters("o.letter = 'personal_answered'") == [("P1", "email", "personal_answered", "queued")]


def test_a_double_click_is_one_request_and_another_of_the_kind_waits(lived_in: Any, enter: Any) -> None:
    visitor = enter("P1")
    assert ask(lived_in, visitor) == ask(lived_in, visitor)
    again = visitor.post(HOME, {"kind": "erasure", "body": "Znowu", "form_key": "k2"})
    assert again.status_code == 409
    assert "już czeka" in again.text
    assert lived_in.sql("SELECT count(*) FROM personal_requests") == [(1,)]


@pytest.mark.parametrize("sent", [{}, {"kind": "all", "body": "x"}, {"kind": "erasure", "body": " "},
                                  {"kind": "erasure", "body": "x" * 4001}])  # fmt: skip
def test_nothing_half_said_is_asked(lived_in: Any, enter: Any, sent: dict[str, str]) -> None:
    assert enter("P1").post(HOME, sent).status_code == 422
    assert lived_in.sql("SELECT * FROM personal_requests") == []


def test_requests_are_nobody_elses(lived_in: Any, enter: Any, staff: Any, new_tenant: Any, client: Any) -> None:
    name = ask(lived_in, enter("P1"))
    neighbour, accountant = enter("P2"), staff("accountant")
    assert neighbour.post(f"{HOME}/{name}/withdraw", {}, form=HOME).status_code == 404
    assert f"/{name}/" not in neighbour.get(HOME).text
    for path in ("/admin/personal", f"/admin/personal/{name}"):
        assert neighbour.get(path).status_code == 404
        assert accountant.get(path).status_code == 404
    for path in (f"/admin/personal/{name}/answer", f"/admin/personal/{name}/erase"):
        assert accountant.post(path, {"answer": "x", "sure": "y"}, form="/settings").status_code == 404
        assert neighbour.post(path, {"answer": "x", "sure": "y"}, form=HOME).status_code == 404
    assert lived_in.sql("SELECT state FROM personal_requests") == [("open",)]


def test_withdrawn_by_who_asked(lived_in: Any, enter: Any, staff: Any) -> None:
    visitor = enter("P1")
    name = ask(lived_in, visitor)
    assert visitor.post(f"{HOME}/{name}/withdraw", {}, form=HOME).status_code == 303
    assert visitor.post(f"{HOME}/{name}/withdraw", {}, form=HOME).status_code == 404
    late = staff().post(f"/admin/personal/{name}/erase", {"answer": "x", "sure": "y"}, form="/settings")
    assert late.status_code == 303
    assert lived_in.sql("SELECT status FROM accounts WHERE login = 'P1'") == [("active",)]


def erased(house: Any, name: str, office: Any, **more: str) -> Any:
    page = f"/admin/personal/{name}"
    return office.post(f"{page}/erase", {"answer": "Usunięto.", **more}, form=page)


def test_erasing_wants_to_be_sure(lived_in: Any, enter: Any, staff: Any) -> None:
    name, office = ask(lived_in, enter("P1")), staff()
    page = office.get(f"/admin/personal/{name}").text
    assert "art. 74 ustawy o rachunkowości" in page
    answer = erased(lived_in, name, office)
    assert answer.status_code == 422
    assert "Potwierdź" in answer.text
    assert lived_in.sql("SELECT status FROM accounts WHERE login = 'P1'") == [("active",)]


def test_erased_is_what_may_go_and_kept_what_the_law_keeps(lived_in: Any, enter: Any, staff: Any) -> None:
    visitor = enter("P1")
    name = ask(lived_in, visitor)
    public_id = house_id(lived_in, "P1")
    lived_in.sql("UPDATE outbox_items SET state = 'sent', live = false")
    assert erased(lived_in, name, staff(), sure="y").status_code == 303
    assert visitor.get("/settings").status_code == 302
    account = lived_in.sql(
        "SELECT status, email, phone, person_code, password_hash, login FROM accounts WHERE public_id = :id",
        id=public_id,
    )[0]
    assert account[:5] == ("closed", None, None, None, None)
    assert not account[5].startswith("P1")
    of = "(SELECT id FROM accounts WHERE public_id = :id)"
    for table in ("account_sessions", "account_tokens", "login_attempts", "notification_choices", "account_units"):
        assert lived_in.sql(f"SELECT * FROM {table} WHERE account_id = {of}", id=public_id) == [], table
    texts = lived_in.sql(
        "SELECT row_to_json(o)::text FROM outbox_items o WHERE NOT live AND recipient_key LIKE '%' || :id", id=public_id
    )
    assert texts
    assert not any("p1@example.org" in row[0] or "x.example" in row[0] for row in texts)
    assert lived_in.sql("SELECT first_name, email FROM registrations WHERE public_id = 'wniosek-P1'") == [("", None)]
    assert lived_in.sql("SELECT first_name FROM registrations WHERE public_id = 'wniosek-P2'") == [("wniosek-P2",)]
    # the books, consents and conversations stay
    assert lived_in.sql("SELECT count(*) FROM ledger_entries WHERE entry = 'P1'") == [(1,)]
    assert lived_in.sql("SELECT last_name FROM people WHERE code = 'P1'") == [("Żak",)]
    assert lived_in.sql(f"SELECT version FROM text_acceptances WHERE account_id = {of}", id=public_id) == [(3,)]
    assert lived_in.sql("SELECT body FROM messages WHERE public_id = 'm-P1'") == [("Treść od P1",)]
    assert lived_in.sql("SELECT state, body FROM personal_requests") == [("erased", "")]
    waiting = {row[2] for row in lived_in.letters("o.live")}
    assert {"account_closed", "personal_erased"} <= waiting
    assert lived_in.sql("SELECT status FROM accounts WHERE login = 'P2'") == [("active",)]


def test_conversations_go_only_when_asked_for(lived_in: Any, enter: Any, staff: Any) -> None:
    name = ask(lived_in, enter("P1"))
    assert erased(lived_in, name, staff(), sure="y", messages="y").status_code == 303
    assert lived_in.sql("SELECT public_id, body FROM messages ORDER BY 1") == [("m-P1", ""), ("m-P2", "Treść od P2")]


def test_staff_are_not_erased(house: Any, staff: Any, enter: Any) -> None:
    clerk, admin = staff("clerk"), staff()
    name = ask(house, clerk)
    answer = erased(house, name, admin, sure="y")
    assert answer.status_code == 422
    assert house.sql("SELECT status FROM accounts WHERE login = 's-clerk'") == [("active",)]
    assert house.sql("SELECT state FROM personal_requests") == [("open",)]


def test_what_an_archive_brings_back_is_erased_again(lived_in: Any, enter: Any, staff: Any, tmp_path: Any) -> None:
    from app.core.actor import system
    from app.onboarding.commands import export_manager, restore_manager
    from app.personal.commands import erase_again
    from tests.features.notifications.conftest import House

    target = tmp_path / "before.tar"
    with lived_in.app.app_context():
        export_manager(system("tests"), lived_in.tenant.slug, target)
    public_id = house_id(lived_in, "P1")
    assert erased(lived_in, ask(lived_in, enter("P1")), staff(), sure="y").status_code == 303
    assert lived_in.do(erase_again) == 0
    with lived_in.app.app_context():
        made, _outcomes = restore_manager(system("tests"), target, f"{lived_in.tenant.slug}r")
        tenant = lived_in.app.extensions["tenants"].by_slug(made.slug)
    again = House(lived_in.app, tenant)
    back = again.sql("SELECT email::text, status FROM accounts WHERE public_id = :id", id=public_id)
    assert back == [("p1@example.org", "active")]
    assert again.sql("SELECT name FROM jobs WHERE name = 'personal.erasures'") == [("personal.erasures",)]
    assert again.do(erase_again) == 1
    assert again.do(erase_again) == 0
    gone = again.sql("SELECT email::text, status FROM accounts WHERE public_id = :id", id=public_id)
    assert gone == [(None, "closed")]
    assert again.sql("SELECT status FROM accounts WHERE login = 'P2'") == [("active",)]
