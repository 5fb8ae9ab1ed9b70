"""The manager's profile, and what strangers see of it while the portal is suspended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import GRANTS, Actor, Role, system
from app.core.errors import NotThere, Refused
from app.office import commands, queries, rules
from tenants.context import bind
from tenants.db import PLATFORM, db
from worker import entry

ADMIN = Actor(kind="account", login="admin", account_id=1, role=Role.ADMIN, can=GRANTS[Role.ADMIN])


def registered(slug: str) -> Any:
    with db.engines[PLATFORM].connect() as connection:
        statement = text("SELECT name, contact, kind FROM platform.tenants WHERE slug = :slug")
        return connection.execute(statement, {"slug": slug}).one()


def test_a_new_manager_has_a_profile(tenant: Any, context: Any) -> None:
    with bind(tenant):
        found = queries.fresh_profile()
    assert (found.name, found.kind, found.locale, found.idle_minutes) == (tenant.name, "cooperative", "pl", 30)
    assert found.accent == rules.DEFAULT_ACCENT


def test_the_registrys_copy_follows_by_a_job(tenant: Any, context: Any) -> None:
    with bind(tenant):
        commands.update_profile(
            ADMIN,
            name="SM „Nowa  Nazwa”",
            phone="76 111 22 33",
            street_line="Cicha 1",
            city_line="67-200 Głogów",
            email="",
            kind="association",
        )
        work.commit()
        job = db.session.scalar(text("SELECT id FROM jobs WHERE name = 'office.contact'"))
    entry.run(tenant.id, job)
    name, contact, kind = registered(tenant.slug)
    assert (name, kind) == ("SM „Nowa Nazwa”", "association")
    assert contact == {
        "name": "SM „Nowa Nazwa”", "phone": "76 111 22 33", "street_line": "Cicha 1", "city_line": "67-200 Głogów",
        "address": "Cicha 1, 67-200 Głogów",
    }  # fmt: skip
    with bind(tenant):
        assert db.session.scalar(text("SELECT actor FROM audit_entries WHERE action = 'office.updated'")) == "admin"


def test_what_is_rolled_back_reaches_nobody(tenant: Any, context: Any) -> None:
    before = registered(tenant.slug)
    with bind(tenant):
        commands.update_profile(ADMIN, name="Inna")
        work.rollback()
        assert queries.fresh_profile().name == tenant.name
        assert db.session.scalar(text("SELECT count(*) FROM jobs WHERE name = 'office.contact'")) == 0
    assert registered(tenant.slug) == before


def test_the_remembered_profile_is_the_bound_tenants(new_tenant: Any, context: Any) -> None:
    one, two = new_tenant(name="SM „Pierwsza”"), new_tenant(name="SM „Druga”")
    for _ in range(2):
        for tenant in (one, two):
            with bind(tenant):
                assert queries.profile().name == tenant.name
    with bind(one):
        commands.update_profile(ADMIN, hours="pn–pt 8–15")
        work.commit()
        assert queries.profile().hours == "pn–pt 8–15"
    with bind(two):
        assert queries.profile().hours is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("name", "x" * 201), ("accent", "red"), ("accent", "#ffff00"), ("accent", "#12345g"),
        ("locale", "de"), ("idle_minutes", 0), ("idle_minutes", 100_000), ("phone", "1" * 50),
    ],
)  # fmt: skip
def test_what_would_not_work_is_refused_at_its_field(tenant: Any, context: Any, field: str, value: Any) -> None:
    with bind(tenant), pytest.raises(Refused) as refusal:
        commands.update_profile(ADMIN, **{field: value})
    assert refusal.value.field == field


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.BOARD, Role.CLERK, Role.ACCOUNTANT])
def test_only_who_may_configure_changes_it(tenant: Any, context: Any, role: Role) -> None:
    actor = Actor(kind="account", login="x", account_id=2, role=role, can=GRANTS[role])
    with bind(tenant), pytest.raises(NotThere):
        commands.update_profile(actor, name="Inna")
    with bind(tenant):
        assert commands.update_profile(system("cli"), name="Nasza").name == "Nasza"


def test_short_names() -> None:
    assert rules.short_name("Spółdzielnia Mieszkaniowa „Nadodrze”") == "SM „Nadodrze”"
    assert rules.short_name("Wspólnota Mieszkaniowa Cicha 3") == "WM Cicha 3"
    assert rules.short_name("Zarządca sp. z o.o.") == "Zarządca sp. z o.o."


def test_contrast_is_what_the_guidelines_say() -> None:
    assert rules.contrast_with_white("#ffffff") == pytest.approx(1.0)
    assert rules.contrast_with_white("#000000") == pytest.approx(21.0)
    assert rules.contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
