"""`flask accounts create`, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.accounts import commands, queries
from app.core import work
from app.core.clock import today
from tenants.context import bind
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, write_books


def test_an_account_with_a_password_from_standard_input_can_log_in(
    context: Any, tenant: Tenant, flask_command: Callable[..., Any]
) -> None:
    with bind(tenant):
        write_books()
        work.commit()
    words = (
        "accounts",
        "create",
        tenant.slug,
        "L000123",
        "--unit",
        "L001",
        "--unit",
        "L002",
        "--email",
        "a@poczta.example",
    )
    done = flask_command(*words, "--password-stdin", "--json", stdin=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["login"], found["role"], found["units"]) == ("L000123", "resident", ["L001", "L002"])
    assert found["activation_url"] is None
    with bind(tenant):
        visit = queries.visitor(commands.log_in("l000123", PASSWORD, "192.0.2.1", "tests"))
        assert visit is not None and queries.unit_codes(visit.actor, today()) == ["L001", "L002"]


def test_without_a_password_the_link_is_printed(app: Any, tenant: Tenant, flask_command: Callable[..., Any]) -> None:
    done = flask_command("accounts", "create", tenant.slug, "ewa", "--role", "clerk", "--json")
    assert done.returncode == 0, done.stderr
    link = json.loads(done.stdout)["activation_url"]
    home = f"http://{tenant.host}"
    assert link.startswith(f"{home}/activate/")
    assert Browser(app, tenant).get(link.removeprefix(home)).status_code == 200


def test_what_cannot_be_done_is_said_on_stderr_with_exit_1(tenant: Tenant, flask_command: Callable[..., Any]) -> None:
    for words, said in (
        (("nobody-there", "x1"), "nobody-there"),
        ((tenant.slug, "x1", "--unit", "X9"), "X9"),
        ((tenant.slug, "x1", "--email", "nie-adres"), "e-mail"),
        ((tenant.slug, "ADMIN"), "zajęty"),
    ):
        done = flask_command("accounts", "create", *words, "--json")
        assert (done.returncode, done.stdout) == (1, "") and said in done.stderr


def test_wrong_usage_is_exit_2(tenant: Tenant, flask_command: Callable[..., Any]) -> None:
    assert flask_command("accounts", "create", tenant.slug).returncode == 2
    assert flask_command("accounts", "create", tenant.slug, "x1", "--role", "boss").returncode == 2
