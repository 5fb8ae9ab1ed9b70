"""Powiadomienia: what a resident sees and switches, and what the manager sets for all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.notifications.conftest import PASSWORD

MINE = "/settings/notifications"
RULES = "/admin/configuration/notifications"


def chosen(house: Any, login: str = "P1") -> dict[str, bool]:
    rows = house.sql(
        "SELECT c.kind || ':' || c.channel, c.wanted FROM notification_choices c "
        "JOIN accounts a ON a.id = c.account_id WHERE a.login = :login",
        login=login,
    )
    return dict(rows)


def test_each_element_is_seen_then_edited_by_itself(house: Any, enter: Any) -> None:
    house.resident("P1", "lucja@example.org")
    visitor = enter("P1")
    page = visitor.get(MINE).text
    for element in ("Saldo i naliczenia", "Wiadomości i komunikaty", "Bezpieczeństwo konta"):
        assert element in page
    assert "lucja@example.org" in page
    assert f'href="{MINE}?edit=1"' in page
    assert ">SMS<" not in page
    form = visitor.get(f"{MINE}?edit=1").text
    assert 'name="choice" value="mailouts:email" checked' in form
    assert 'name="choice" value="balance:email">' in form
    assert 'value="security:email"' not in form
    saved = visitor.post(
        MINE, {"shown": ["mailouts:email", "balance:email"], "choice": ["balance:email"]}, form=f"{MINE}?edit=1"
    )
    assert saved.headers["Location"].endswith(MINE)
    assert chosen(house) == {"mailouts:email": False, "balance:email": True}
    assert "Powiadomienia zostały zapisane" in visitor.get(MINE).text
    (line,) = house.sql("SELECT detail FROM audit_entries WHERE action = 'notifications.chosen'")
    assert line[0]["after"] == {"balance:email": True, "mailouts:email": False}
    assert line[0]["before"] == {"balance:email": False, "mailouts:email": True}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": ["mailouts:email"]},
        {"shown": ["security:email", "nothing:email", "mailouts:pigeon", "mailouts", ":", "balance:sms"]},
    ],
)
def test_what_was_not_shown_or_is_not_there_stays(house: Any, enter: Any, sent: dict[str, Any]) -> None:
    house.resident("P1", "lucja@example.org")
    assert enter("P1").post(MINE, sent, form=f"{MINE}?edit=1").status_code == 303
    assert chosen(house) == {}


def test_without_an_address_the_page_says_so(house: Any, enter: Any) -> None:
    house.resident("P1")
    visitor = enter("P1")
    for path in (MINE, f"{MINE}?edit=1", f"{MINE}?welcome=1"):
        page = visitor.get(path).text
        assert "Nie mamy Twojego potwierdzonego adresu e-mail" in page
        assert 'href="/settings' in page


def test_the_third_step_of_the_first_login_leads_on(house: Any, enter: Any) -> None:
    house.resident("P1", "lucja@example.org")
    visitor = enter("P1")
    assert "krok 3 z 3" in visitor.get(f"{MINE}?welcome=1").text
    saved = visitor.post(f"{MINE}?welcome=1", {"shown": ["balance:email"], "choice": ["balance:email"]})
    assert saved.headers["Location"].endswith("/welcome/done")
    assert chosen(house) == {"balance:email": True}


def admin(house: Any, enter: Any, role: str = "admin") -> Any:
    from app.accounts.commands import create_account
    from app.core.actor import system

    house.do(lambda: create_account(system("tests"), f"s-{role}", (), role, None, password=PASSWORD))
    return enter(f"s-{role}")


def test_the_manager_sets_what_is_offered_and_what_nobody_declines(house: Any, enter: Any) -> None:
    house.resident("P1", "lucja@example.org", "+48601000001")
    staff = admin(house, enter)
    page = staff.get(RULES).text
    assert "Saldo i naliczenia" in page
    assert "Bezpieczeństwo konta" not in page
    saved = staff.post(
        RULES,
        {
            "shown": ["balance", "mailouts"],
            "sms": "1",
            "default:balance": ["sms", "pigeon"],
            "forced:mailouts": "1",
            "default:mailouts": [],
        },
    )
    assert saved.status_code == 303
    form = enter("P1").get(f"{MINE}?edit=1").text
    assert 'value="balance:sms" checked' in form
    assert 'value="balance:email">' in form
    assert 'value="mailouts:email"' not in form
    assert "Zarządca wysyła te wiadomości wszystkim mieszkańcom." in form
    (line,) = house.sql("SELECT detail -> 'after' FROM audit_entries WHERE action = 'office.settings_changed'")
    assert line[0] == {"sms": True, "forced": ["mailouts"], "defaults": {"balance": ["sms"], "mailouts": []}}


def test_the_managers_rules_are_the_admins_alone(house: Any, enter: Any) -> None:
    house.resident("P1", "lucja@example.org")
    clerk, resident = admin(house, enter, "clerk"), enter("P1")
    for visitor in (clerk, resident):
        assert visitor.get(RULES).status_code == 404
        assert visitor.post(RULES, {"shown": ["balance"], "sms": "1"}, form="/settings").status_code == 404
    assert house.sql("SELECT * FROM office_settings WHERE name = 'notifications'") == []


def test_a_form_that_showed_nothing_sets_nothing(house: Any, enter: Any) -> None:
    staff = admin(house, enter)
    assert staff.post(RULES, {"sms": "1"}).status_code == 422
    assert house.sql("SELECT * FROM office_settings WHERE name = 'notifications'") == []
