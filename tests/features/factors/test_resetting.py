"""The office takes a factor away from who lost it: with a note, and never from who may do more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.features.accounts.conftest import Browser
from tests.features.factors.conftest import enrol, is_in
from tests.pages import inspect

NOTE = "Dowód osobisty okazany w biurze"


def path(account: Any) -> str:
    return f"/admin/accounts/{account.account.public_id}/factors/reset"


def test_a_clerk_resets_a_resident_who_is_told_and_logged_out(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    anna = opened("anna")
    opened("hanna", "clerk")
    hers = browser("anna")
    enrol(hers)
    clerk = browser("hanna")
    inspect(clerk.get(path(anna)))
    assert clerk.post(path(anna), {"note": NOTE}, path(anna)).status_code == 303
    assert not is_in(hers)
    assert is_in(browser("anna"))
    for table in ("account_totp", "account_passkeys", "account_recovery_codes"):
        assert asked(f"SELECT count(*) FROM {table}") == [(0,)]
    told = asked("SELECT address, context->>'verb' FROM outbox_items WHERE letter = 'factor_changed' ORDER BY id")
    assert tuple(told[-1]) == ("anna@poczta.example", "reset")
    line = asked("SELECT actor, subject, detail->>'note' FROM audit_entries WHERE action = 'factor.reset'")
    assert [tuple(row) for row in line] == [("hanna", "anna", NOTE)]


@pytest.mark.parametrize("note", ["", " ", "ok", "x" * 501])
def test_without_a_note_nothing_happens(opened: Any, browser: Callable[..., Browser], note: str, asked: Any) -> None:
    anna = opened("anna")
    opened("hanna", "clerk")
    enrol(browser("anna"))
    assert browser("hanna").post(path(anna), {"note": note}, path(anna)).status_code == 422
    assert asked("SELECT count(*) FROM account_totp") == [(1,)]


def test_nobody_resets_those_with_more_rights_than_their_own(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    boss = opened("ewa", "admin")
    opened("hanna", "clerk")
    opened("gustaw", "accountant")
    enrol(browser("ewa"))
    clerk, accountant = browser("hanna"), browser("gustaw")
    for visitor in (clerk, accountant):
        assert visitor.get(path(boss)).status_code == 404
        assert visitor.post(path(boss), {"note": NOTE}, "/settings").status_code == 404
    assert clerk.post("/admin/accounts/nothing/factors/reset", {"note": NOTE}, "/settings").status_code == 404
    assert asked("SELECT count(*) FROM account_totp") == [(1,)]


def test_an_administrator_does_not_reset_their_own_and_may_reset_another(
    opened: Any, browser: Callable[..., Browser]
) -> None:
    first, second = opened("ewa", "admin"), opened("edek", "admin")
    visitor = browser("ewa")
    enrol(visitor)
    assert visitor.post(path(first), {"note": NOTE}, path(first)).status_code == 422
    enrol(browser("edek"))
    assert visitor.post(path(second), {"note": NOTE}, path(second)).status_code == 303


def test_an_account_without_a_factor_has_nothing_to_reset(opened: Any, browser: Callable[..., Browser]) -> None:
    anna = opened("anna")
    opened("hanna", "clerk")
    visitor = browser("hanna")
    assert "nie ma drugiego kroku" in visitor.get(path(anna)).text
    assert visitor.post(path(anna), {"note": NOTE}, "/settings").status_code == 422


def test_the_command_line_helps_the_only_administrator(
    app: Any, opened: Any, browser: Callable[..., Browser], tenant: Any, asked: Any
) -> None:
    opened("ewa", "admin")
    enrol(browser("ewa"))
    words = ["accounts", "reset-factor", tenant.slug, "ewa", "--note", NOTE]
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output
    assert is_in(browser("ewa"))
    again = app.test_cli_runner().invoke(args=words)
    assert again.exit_code == 1
    unknown = app.test_cli_runner().invoke(args=[*words[:3], "nobody", "--note", NOTE])
    assert unknown.exit_code == 1


def test_the_letter_says_what_happened(context: Any) -> None:
    from app.outbox import letters
    from app.outbox.rendering import rendered

    said = {"login": "anna", "verb": "totp_added", "name": "<b>Telefon</b>", "at": "2026-11-21T10:00:00+00:00"}
    for verb in (
        "totp_added",
        "passkey_added",
        "totp_removed",
        "passkey_removed",
        "codes_renewed",
        "code_used",
        "reset",
    ):
        letter = rendered(
            letters.kind("factor_changed"), said | {"verb": verb, "host": "x.example"},
            office=None, name="Anna", locale="pl", unsubscribe_url=None,
        )  # fmt: skip
        assert "x.example" in letter.text and "anna" in letter.text
        assert "<b>Telefon" not in letter.html
