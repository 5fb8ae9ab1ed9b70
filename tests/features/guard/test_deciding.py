"""A warning holds a publication until a person has seen it, and what they decide is kept."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.actor import Actor, Role, rights, system

BODY = "Pani Łucja Żak\n\ntel. 601 234 567, PESEL 44051401359, lokal 12 zalega 300 zł"


def admin(**limits: Any) -> Actor:
    return Actor(kind="account", login="admin", account_id=1, role=Role.ADMIN, can=rights(Role.ADMIN), **limits)


def look(house: Any, text: str, actor: Actor | None = None) -> list[Any]:
    from app.guard.checking import look as looked

    with house.bound():
        return looked(actor or admin(), {"Tytuł": "Zebranie", "Treść": text})


def decide(house: Any, findings: list[Any], consent: Any = None) -> Any:
    from app.guard.commands import decide as decided

    return house.do(lambda: decided(admin(), "announcement:abc", findings, consent))


def consent(findings: list[Any], *, confirmed: bool = True, reason: str = "Za zgodą tej osoby") -> Any:
    from app.guard.commands import Consent

    return Consent(frozenset(one.mark for one in findings), confirmed, reason)


def test_everything_is_found_with_its_place_the_gravest_first(house: Any) -> None:
    found = look(house, BODY)
    assert [(one.kind, one.place) for one in found] == [
        ("pesel", "Treść, wiersz 3"), ("debt", "Treść, wiersz 3"), ("name", "Treść, wiersz 1"),
        ("phone", "Treść, wiersz 3"),
    ]  # fmt: skip
    assert "601 234 567" in found[-1].excerpt


def test_only_the_roll_of_the_actors_buildings_is_compared(house: Any) -> None:
    text = "Pani Łucja Żak"
    assert look(house, text) and look(house, text, admin(buildings=frozenset({"B1"})))
    assert not look(house, text, admin(buildings=frozenset({"B9"})))


def test_the_roll_of_another_manager_is_not_compared(house: Any, new_tenant: Any) -> None:
    from app.guard.checking import look as looked
    from tenants.context import bind

    with house.app.app_context(), bind(new_tenant()):
        assert not looked(admin(), {"Treść": "Pani Łucja Żak"})


def test_the_managers_own_number_and_account_are_no_finding(house: Any) -> None:
    from app.office.commands import update_profile

    text = "tel. 22 621-12-34, rachunek 61 1090 1014 0000 0712 1981 2874"
    assert {one.kind for one in look(house, text)} == {"phone", "account"}
    own = {"phone": "+48 22 621 12 34", "bank_account": "61109010140000071219812874"}
    house.do(lambda: update_profile(system("tests"), **own))
    assert not look(house, text)


def test_nothing_found_needs_no_decision(house: Any) -> None:
    assert decide(house, look(house, "Zebranie jest w piątek o 18.00 w świetlicy.")) is None
    assert house.sql("SELECT count(*) FROM guard_decisions") == [(0,)]


@pytest.mark.parametrize("how", ["unseen", "unticked", "no reason", "new finding", "control character", "too long"])
def test_it_is_held_until_all_has_been_seen_and_confirmed_with_a_reason(house: Any, how: str) -> None:
    from app.guard.commands import Held

    found = look(house, BODY)
    given = {
        "unseen": None,
        "unticked": consent(found, confirmed=False),
        "no reason": consent(found, reason="  "),
        "new finding": consent(found[1:]),
        "control character": consent(found, reason="a\0bcd"),
        "too long": consent(found, reason="a" * 10_000),
    }[how]
    with pytest.raises(Held) as held:
        decide(house, found, given)
    assert held.value.message and held.value.guard.findings == tuple(found)
    assert house.sql("SELECT count(*) FROM guard_decisions") == [(0,)]
    if how == "new finding":
        assert not held.value.guard.consent.confirmed  # the tick was for other words


def test_the_decision_is_kept_masked_and_audited_and_cannot_be_changed(house: Any) -> None:
    found = look(house, BODY)
    assert decide(house, found, consent(found))
    [(subject, findings, reason, who)] = house.sql("SELECT subject, findings, reason, decided_by FROM guard_decisions")
    assert (subject, reason, who) == ("announcement:abc", "Za zgodą tej osoby", "admin")
    kept = str(findings)
    assert "44051401359" not in kept and "601 234 567" not in kept and "Żak" not in kept
    assert {one["kind"] for one in findings} == {"pesel", "debt", "name", "phone"}
    [(logged,)] = house.sql("SELECT detail->'findings' FROM audit_entries WHERE action = 'guard.overridden'")
    assert logged == {"pesel": 1, "debt": 1, "name": 1, "phone": 1}
    with pytest.raises(Exception, match="permission denied"):
        house.sql("UPDATE guard_decisions SET reason = 'x'")


def test_a_corrected_text_may_have_fewer_findings_than_were_confirmed(house: Any) -> None:
    found = look(house, BODY)
    assert decide(house, [one for one in found if one.kind == "phone"], consent(found))


def test_staff_with_the_right_read_the_decisions(house: Any, enter: Any) -> None:
    from app.accounts.commands import create_account
    from tests.features.notifications.conftest import PASSWORD

    for login, role in (("szefowa", "admin"), ("biuro", "clerk")):
        house.do(lambda login=login, role=role: create_account(
            system("tests"), login, (), role, f"{login}@example.org", password=PASSWORD))  # fmt: skip
    boss = enter("szefowa")
    assert "Nikt jeszcze niczego" in boss.get("/admin/guard").text
    found = look(house, BODY)
    decide(house, found, consent(found, reason="Zgoda <b>ustna</b>"))
    page = boss.get("/admin/guard").text
    assert "•••••••••59" in page and "Zgoda &lt;b&gt;ustna&lt;/b&gt;" in page and "44051401359" not in page
    assert enter("biuro").get("/admin/guard").status_code == 404
