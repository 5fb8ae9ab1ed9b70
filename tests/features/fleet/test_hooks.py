"""Operators see that webhooks of a manager do not arrive, and neither where exactly nor what they said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core import work
from app.core.actor import system
from app.fleet import commands, queries
from app.fleet.queries import Asked
from app.hooks import commands as hooks
from app.hooks.jobs import deliver
from tenants.context import bind
from tests.features.hooks.receiver import receiver
from tests.pages import inspect

Rows = Callable[..., list[Any]]
PROBLEM = "webhooki nie docierają"


def told(app: Any, tenant: Any, url: str) -> str:
    """Adds an address and sends it a trial event; its id."""
    with app.app_context(), bind(tenant):
        public_id, _secret = hooks.add(system("tests"), "Program Kowalskiej", url, ("message.received",))
        work.commit()
        hooks.ping(system("tests"), public_id)
        work.commit()
        deliver(public_id)
        work.commit()
    return public_id


@pytest.fixture
def failing(app: Any, tenant: Any) -> str:
    """An address that answered a trial event with 500, by its id."""
    with receiver() as program:
        program.status = 500
        return told(app, tenant, program.url.replace("/osiedle?x=1", "/tajny-klucz?token=abc"))


def as_shown(console: Any, tenant: Any) -> str:
    console.get("/tenants/new")
    assert console.post(f"/tenants/{tenant.slug}/refresh").status_code == 303
    return inspect(console.get(f"/tenants/{tenant.slug}"))


def listed(console: Any, tenant: Any) -> bool:
    return f'/tenants/{tenant.slug}"' in inspect(console.get(f"/tenants?problem=hooks&q={tenant.slug}"))


def test_a_manager_without_addresses_has_no_line_of_them(tenant: Any, console: Any) -> None:
    page = as_shown(console, tenant)
    assert "Webhooki" not in page and PROBLEM not in page and not listed(console, tenant)


def test_what_arrives_is_no_problem(app: Any, tenant: Any, console: Any, platform: Rows) -> None:
    with receiver() as program:
        told(app, tenant, program.url)
    page = as_shown(console, tenant)
    assert "adresy: 1, wyłączone po błędach: 0, nie odpowiadają: 0" in page
    assert "Ostatni doręczony webhook" in page and "Ostatni błąd webhooka" not in page
    assert PROBLEM not in page and not listed(console, tenant)
    stored = "SELECT hooks, hooks_failed, hooks_delivered_at IS NOT NULL FROM platform.tenant_figures"
    assert platform(f"{stored} WHERE tenant_id = :id", id=tenant.id) == [(1, 0, True)]


def test_failing_for_an_hour_is_a_problem_and_only_the_host_is_told(
    tenant: Any, console: Any, failing: str, at: Rows, platform: Rows
) -> None:
    page = as_shown(console, tenant)
    assert "Odpowiedź HTTP 500" in page and "127.0.0.1" in page
    assert PROBLEM not in page, "a restart of the other side is not worth a look"
    at(tenant, "UPDATE webhooks SET failing_since = now() - interval '2 hours'")
    page = as_shown(console, tenant) + inspect(console.get("/deliveries"))
    assert PROBLEM in page and "nie odpowiadają: 1" in page and listed(console, tenant)
    assert "Webhooki zarządców" in page and f"/tenants/{tenant.slug}" in page
    for hidden in ("tajny-klucz", "abc", "Kowalskiej", failing):
        assert hidden not in page
    stored = platform("SELECT f::text FROM platform.tenant_figures f WHERE tenant_id = :id", id=tenant.id)[0][0]
    assert "tajny-klucz" not in stored and "127.0.0.1" in stored


def test_an_address_that_was_disabled_is_a_problem_until_it_is_gone(
    app: Any, tenant: Any, console: Any, at: Rows
) -> None:
    with receiver() as program:
        program.status = 410
        public_id = told(app, tenant, program.url)
    assert "wyłączone po błędach: 1" in as_shown(console, tenant) and listed(console, tenant)
    with app.app_context(), bind(tenant):
        hooks.remove(system("tests"), public_id)
        work.commit()
    assert "Webhooki" not in as_shown(console, tenant) and not listed(console, tenant)


def test_what_nobody_answered_is_said_in_words(app: Any, tenant: Any, console: Any) -> None:
    with receiver() as program:
        url = program.url
    told(app, tenant, url)
    assert "Serwer nie przyjął połączenia" in as_shown(console, tenant)


def test_tries_of_yesterday_are_not_counted_and_a_paused_address_is_no_problem(
    tenant: Any, acting: Any, failing: str, at: Rows, context: Any
) -> None:
    at(tenant, "UPDATE webhook_attempts SET at = now() - interval '25 hours'")
    at(tenant, "UPDATE webhooks SET state = 'paused', failing_since = now() - interval '2 days'")
    commands.refresh(acting, tenant.slug)
    found = queries.line(acting, tenant.slug)
    assert found.figures is not None and found.figures.hooks_failed == 0 and found.figures.hooks_error == "500"
    assert "hooks" not in found.problems
    assert tenant.slug not in [row.slug for row in queries.with_failing_hooks(acting).rows]
    assert queries.managers(acting, Asked(problem="hooks", q=tenant.slug)).rows == []
