"""What a manager may ask of passwords, and that it is asked everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts import commands, policies, rules
from app.accounts.commands import Created
from app.accounts.commands.opening import issue_token
from app.accounts.rules.passwords import LEAST
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.errors import NotThere, Refused
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser

LOGIN, MANAGER = "L000123", "Spółdzielnia Nadodrze"
NADODRZE, OSIEDLE = rules.PRESETS["nadodrze"], rules.PRESETS["osiedle"]
ADMIN = Actor(kind="account", login="admin", role=Role.ADMIN, can=rights(Role.ADMIN))
FORM = {
    "preset": "osiedle", "least": "10", "common": "y", "change": "forced", "start_days": "14", "reset": "link",
    "temporary_hours": "2", "hours": "12", "idle_minutes": "30",
}  # fmt: skip
PATH = "/admin/configuration/passwords"


def accepts(password: str, policy: rules.Policy) -> bool:
    try:
        rules.checked_password(password, login=LOGIN, tenant_name=MANAGER, policy=policy)
    except Refused:
        return False
    return True


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20))
def test_the_preset_of_nadodrze_asks_for_seven_signs_a_letter_and_a_capital_and_for_nothing_else(typed: str) -> None:
    normal = unicodedata.normalize("NFC", typed)
    expected = len(normal) >= 7 and any(map(str.isalpha, normal)) and any(map(str.isupper, normal))
    assert accepts(typed, NADODRZE) == (expected and rules.normal_form(normal) != rules.normal_form(LOGIN))


@pytest.mark.parametrize(
    ("password", "right"),
    [
        ("Haslo12", True), ("AAAAAAA", True), ("Żółwiki", True), ("1234567A", True), ("A      ", True),
        ("Haslo1", False), ("haslo12", False), ("1234567", False), ("żółwiki", False), ("", False),
    ],
)  # fmt: skip
def test_the_preset_of_nadodrze_by_example(password: str, right: bool) -> None:
    assert accepts(password, NADODRZE) is right


@given(st.text(max_size=9))
def test_our_own_preset_takes_nothing_below_ten_signs(typed: str) -> None:
    assert not accepts(typed, OSIEDLE)


@given(st.text(alphabet="ąęłńżśБйфשα漢字😀🏠 -_/", min_size=10, max_size=128).filter(lambda typed: len(set(typed)) > 5))
def test_our_own_preset_takes_all_of_unicode(typed: str) -> None:
    assert accepts(typed, OSIEDLE)


@pytest.mark.parametrize(
    "password",
    [
        "Katarzyna1", "małgorzata", "MALGORZATA", "widzewwidzew", "październik2026", "Grudzień!!!", "kochamanna",
        "123Warszawa", "1qaz2wsx3edc", "qwertyqwerty", "alamakota2026", "h@słohasło", "hasłomieszkania",
    ],
)  # fmt: skip
def test_what_poles_try_first_is_refused(password: str) -> None:
    assert not accepts(password, OSIEDLE)


@given(
    st.builds(
        rules.Policy,
        preset=st.just("own"),
        least=st.sampled_from(LEAST),
        letter=st.booleans(),
        capital=st.booleans(),
        digit=st.booleans(),
        sign=st.booleans(),
        common=st.booleans(),
    )
)
def test_a_start_password_of_ours_satisfies_every_policy_that_can_be_set(policy: rules.Policy) -> None:
    made = [rules.start_password(rules.checked_policy(policy)) for _each in range(3)]
    assert all(accepts(password, policy) for password in made) and len(set(made)) == 3
    assert not set("".join(made)) & set("0O1lI")


@pytest.mark.parametrize("least", [6, 0, -1, 65, 10**9])
def test_a_length_beyond_reason_is_refused_at_its_field(least: int) -> None:
    with pytest.raises(Refused) as refusal:
        rules.checked_policy(rules.Policy("own", least))
    assert refusal.value.field == "least"


def test_a_preset_is_itself_whatever_else_was_sent() -> None:
    assert rules.checked_policy(rules.Policy("nadodrze", 40, common=True)) == NADODRZE


def test_the_rules_are_told_as_they_are() -> None:
    assert rules.password_rules(NADODRZE) == [
        "Od 7 do 128 znaków; mogą być spacje, polskie litery i dowolne znaki.",
        "Co najmniej jedna litera.",
        "Co najmniej jedna wielka litera.",
        "Inne niż login.",
    ]
    asked = rules.password_rules(rules.Policy("own", 12, digit=True, sign=True))
    assert "Co najmniej jedna cyfra." in asked and "Co najmniej jeden znak inny niż litera i cyfra." in asked


def test_a_password_of_ten_thousand_signs_is_refused_under_every_policy() -> None:
    for policy in (OSIEDLE, NADODRZE, rules.Policy("own", 64)):
        assert not accepts("Aa1-" * 2500, policy)


def test_only_who_configures_sets_the_rules(inside: Tenant) -> None:
    clerk = Actor(kind="account", login="c", role=Role.CLERK, can=rights(Role.CLERK))
    with pytest.raises(NotThere):
        policies.write(clerk, NADODRZE, rules.Access(), rules.Sessions())
    policies.write(ADMIN, NADODRZE, rules.Access(change="recommended"), rules.Sessions(3))
    assert policies.password_policy() == NADODRZE and not policies.access().forced and policies.sessions().hours == 3
    row = db.session.execute(text("SELECT detail FROM audit_entries WHERE subject = 'passwords'")).scalar_one()
    assert row["before"]["preset"] == "osiedle" and row["after"]["preset"] == "nadodrze"


def test_every_way_to_a_new_password_follows_the_policy(inside: Tenant, opened: Callable[..., Created]) -> None:
    opened("O1")
    weak, strong = "Haslo12", "nic-dużego-tu-nie-ma"
    policies.write(ADMIN, NADODRZE, rules.Access(), rules.Sessions())
    work.commit()
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'O1'")).scalar_one()
    actor = Actor(kind="account", login="O1", account_id=account, role=Role.RESIDENT)
    with pytest.raises(Refused, match="wielka litera"):
        commands.change_password(actor, PASSWORD, strong)
    with pytest.raises(Refused, match="wielka litera"):
        commands.create_account(system("t"), "O2", password=strong)
    secret, _until = issue_token(account, "reset")
    work.commit()
    with pytest.raises(Refused, match="wielka litera"):
        commands.use_token("reset", secret, strong)
    commands.use_token("reset", secret, weak)
    work.commit()
    commands.change_password(actor, weak, "Inne-12")
    commands.create_account(system("t"), "O3", password=weak)


@pytest.fixture
def office(app: Any, tenant: Tenant, browser: Callable[[], Browser]) -> Browser:
    """The manager's administrator, logged in."""
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "ewa", role="admin", password=PASSWORD)
        commands.create_account(system("t"), "hanna", role="clerk", password=PASSWORD)
        work.commit()
    visitor = browser()
    visitor.log_in("ewa")
    return visitor


def test_the_page_saves_the_rules_and_password_pages_tell_them(office: Browser) -> None:
    assert office.post(PATH, {**FORM, "preset": "nadodrze", "idle_minutes": "45"}, form=PATH).status_code == 303
    page = office.get(PATH).text
    assert re.search(r'value="nadodrze" checked', page) and re.search(r'name="idle_minutes"[^>]*value="45"', page)
    told = office.get("/settings/password").text
    assert "Od 7 do 128 znaków" in told and "Co najmniej jedna wielka litera." in told


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {**FORM, "preset": "cokolwiek"},
        {**FORM, "preset": "own", "least": "3"},
        {**FORM, "least": "dziesięć"},
        {**FORM, "start_days": "0"},
        {**FORM, "temporary_hours": "25"},
        {**FORM, "hours": "9" * 40},
        {**FORM, "idle_minutes": "1"},
        {**FORM, "reset": "sms"},
    ],
)
def test_rules_that_make_no_sense_are_refused_and_nothing_changes(
    app: Any, tenant: Tenant, office: Browser, sent: dict[str, str]
) -> None:
    answer = office.post(PATH, sent, form=PATH)
    assert answer.status_code == 422 and 'id="errors"' in answer.text
    with app.app_context(), bind(tenant):
        assert policies.password_policy() == OSIEDLE and policies.access() == rules.Access()


def test_a_clerk_finds_no_such_page(office: Browser, browser: Callable[[], Browser]) -> None:
    clerk = browser()
    clerk.log_in("hanna")
    assert clerk.get(PATH).status_code == 404
    assert clerk.post(PATH, FORM, form="/settings/password").status_code == 404


def test_a_short_password_with_no_other_rule_still_meets_the_list(inside: Tenant) -> None:
    lax = rules.Policy("own", 7, common=False)
    assert rules.checked_policy(lax) == replace(lax, common=True)
