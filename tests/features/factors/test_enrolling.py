"""Adding, naming and removing factors, and who must have one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.factors.conftest import CODE, KEY, code, enrol, is_in, second_step
from tests.pages import inspect

BASE = "/settings/factors"
RULE = "/admin/configuration/second-factor"


def verbs(asked: Any) -> list[str]:
    found = asked("SELECT context->>'verb' FROM outbox_items WHERE letter = 'factor_changed' ORDER BY id")
    return [verb for (verb,) in found]


def test_every_page_is_as_pages_must_be(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    visitor = browser("anna")
    inspect(visitor.get(BASE))
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    inspect(visitor.get(f"{BASE}/totp"))
    enrol(visitor)
    inspect(visitor.get(BASE))
    inspect(visitor.post(f"{BASE}/codes", {}, BASE))
    inspect(visitor.get(f"{BASE}/confirm"))
    inspect(visitor.get("/settings/devices"))
    inspect(browser("anna").get("/login/second"))


def test_the_picture_and_the_text_are_of_one_key_that_is_stored_sealed(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    visitor = browser("anna")
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    found = KEY.search(visitor.get(f"{BASE}/totp").text)
    assert found
    picture = visitor.get(f"{BASE}/totp/picture.svg")
    assert picture.content_type.startswith("image/svg+xml")
    assert "style=" not in picture.text and "<script" not in picture.text
    assert "no-store" in picture.headers["Cache-Control"]
    kept = bytes(asked("SELECT sealed FROM account_totp")[0][0])
    assert found[1].replace(" ", "").encode() not in kept


def test_a_key_does_not_count_before_its_first_code(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    visitor = browser("anna")
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    assert visitor.post(f"{BASE}/totp", {"code": "000000"}, f"{BASE}/totp").status_code == 422
    assert is_in(browser("anna"))


def test_a_begun_key_runs_out_and_beginning_anew_makes_another(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    visitor = browser("anna")
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    first = KEY.search(visitor.get(f"{BASE}/totp").text)
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    second = KEY.search(visitor.get(f"{BASE}/totp").text)
    assert first and second and first[1] != second[1]
    stale = code(first[1].replace(" ", ""))
    assert visitor.post(f"{BASE}/totp", {"code": stale}, f"{BASE}/totp").status_code == 422
    asked("UPDATE account_totp SET created_at = now() - interval '31 minutes'")
    assert visitor.get(f"{BASE}/totp").status_code == 303
    assert visitor.get(f"{BASE}/totp/picture.svg").status_code == 404


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    visitor = browser("anna")
    _key, codes = enrol(visitor)
    assert not CODE.search(visitor.get(BASE).text)
    renewed = CODE.findall(visitor.post(f"{BASE}/codes", {}, BASE).text)
    assert len(renewed) == 10 and not set(renewed) & set(codes)
    assert second_step(browser("anna"), recovery=codes[0]).status_code == 422
    assert second_step(browser("anna"), recovery=renewed[0]).status_code == 303
    assert verbs(asked) == ["totp_added", "codes_renewed", "code_used"]


def test_there_are_no_recovery_codes_without_a_factor(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    assert browser("anna").post(f"{BASE}/codes", {}, BASE).status_code == 422
    assert asked("SELECT count(*) FROM account_recovery_codes") == [(0,)]


def test_changes_need_a_password_typed_lately(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    visitor = browser("anna")
    enrol(visitor)
    factor = asked("SELECT public_id FROM account_totp")[0][0]
    asked("UPDATE account_sessions SET created_at = created_at - interval '11 minutes', proven_at = NULL")
    for path in ("totp/begin", "codes", f"{factor}/remove"):
        answer = visitor.post(f"{BASE}/{path}", {}, "/settings/password")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{BASE}/confirm"), path
    assert asked("SELECT count(*) FROM account_totp") == [(1,)]
    wrong = visitor.post(f"{BASE}/confirm", {"password": "nie to hasło"}, f"{BASE}/confirm")
    assert wrong.status_code == 422
    assert visitor.post(f"{BASE}/codes", {}, f"{BASE}/confirm").status_code == 303
    right = visitor.post(f"{BASE}/confirm", {"password": PASSWORD}, f"{BASE}/confirm")
    assert (right.status_code, right.headers["Location"]) == (303, BASE)
    assert visitor.post(f"{BASE}/codes", {}, BASE).status_code == 200


def test_guessing_the_password_there_is_stopped(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    visitor = browser("anna")
    confirm = f"{BASE}/confirm"
    statuses = [visitor.post(confirm, {"password": "zgaduję"}, confirm).status_code for _try in range(11)]
    assert statuses == [422] * 10 + [429]
    assert visitor.post(confirm, {"password": PASSWORD}, confirm).status_code == 429


def test_the_last_factor_takes_the_codes_along(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    visitor = browser("anna")
    enrol(visitor, name="Stary telefon")
    factor = asked("SELECT public_id FROM account_totp")[0][0]
    assert "Stary telefon" in visitor.get(f"{BASE}/{factor}/remove").text
    assert visitor.post(f"{BASE}/{factor}/remove", {}, BASE).status_code == 303
    assert asked("SELECT count(*) FROM account_recovery_codes") == [(0,)]
    assert is_in(browser("anna"))
    assert verbs(asked) == ["totp_added", "totp_removed"]
    actions = asked("SELECT action FROM audit_entries WHERE action LIKE 'factor.%' ORDER BY id")
    assert [action for (action,) in actions] == ["factor.totp_added", "factor.totp_removed"]


def test_somebody_elses_factor_and_one_that_is_not_there_answer_alike(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    opened("bogdan")
    enrol(browser("anna"))
    factor = asked("SELECT public_id FROM account_totp")[0][0]
    stranger = browser("bogdan")
    for name in (factor, "nothing", "x" * 500):
        assert stranger.get(f"{BASE}/{name}/remove").status_code == 404
        assert stranger.post(f"{BASE}/{name}/remove", {}, BASE).status_code == 404
    assert asked("SELECT count(*) FROM account_totp") == [(1,)]


@pytest.mark.parametrize("name", ["x" * 61, "a\u202eb", "\x07"])
def test_a_name_must_be_a_name(opened: Any, browser: Callable[..., Browser], name: str) -> None:
    opened("anna")
    visitor = browser("anna")
    visitor.post(f"{BASE}/totp/begin", {}, BASE)
    found = KEY.search(visitor.get(f"{BASE}/totp").text)
    assert found
    data = {"code": code(found[1].replace(" ", "")), "name": name}
    assert visitor.post(f"{BASE}/totp", data, f"{BASE}/totp").status_code == 422


def rule(browser: Browser, required: str) -> Any:
    return browser.post(RULE, {"required_staff": required}, RULE)


def test_who_must_have_a_factor_makes_one_before_anything_else(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("ewa", "admin")
    opened("hanna", "clerk")
    opened("anna")
    assert rule(browser("ewa"), "admins").status_code == 303
    assert browser("hanna").get("/admin/").status_code == 200
    visitor = browser("ewa")
    answer = visitor.get("/admin/residents")
    assert answer.headers["Location"].startswith("/login/enrol?next=")
    inspect(visitor.get(answer.headers["Location"]))
    before = visitor.client.get_cookie("osiedle", visitor.tenant.host).value
    key, codes = enrol(visitor, "/login/enrol")
    assert len(codes) == 10
    assert visitor.client.get_cookie("osiedle", visitor.tenant.host).value != before
    assert visitor.get("/admin/residents").status_code == 200
    again = browser("ewa")
    assert again.get("/admin/").headers["Location"].startswith("/login/second")
    assert second_step(again, code=code(key)).headers["Location"] == "/admin/"
    assert is_in(browser("anna"))


def test_the_rule_holds_for_who_is_logged_in_already(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("ewa", "admin")
    opened("hanna", "clerk")
    here, clerk = browser("ewa"), browser("hanna")
    assert clerk.get("/admin/").status_code == 200
    rule(here, "staff")
    assert clerk.get("/admin/").headers["Location"].startswith("/login/enrol")
    assert here.get(RULE).status_code == 200
    assert "hanna" in here.get(RULE).text


def test_the_last_factor_of_who_must_have_one_stays(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("ewa", "admin")
    visitor = browser("ewa")
    rule(visitor, "admins")
    enrol(visitor)
    factor = asked("SELECT public_id FROM account_totp")[0][0]
    assert visitor.post(f"{BASE}/{factor}/remove", {}, BASE).status_code == 422
    assert asked("SELECT count(*) FROM account_totp") == [(1,)]


def test_who_logged_in_elsewhere_to_make_a_first_factor_must_show_the_one_that_was_made(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("ewa", "admin")
    rule(browser("ewa"), "admins")
    thief, owner = browser("ewa"), browser("ewa")
    thief.post("/login/enrol/totp/begin", {}, "/login/enrol")
    page = thief.get("/login/enrol/totp").text
    found = KEY.search(page)
    assert found
    enrol(owner, "/login/enrol")
    data = {"code": code(found[1].replace(" ", ""))}
    assert thief.post("/login/enrol/totp", data, "/login/second").status_code == 302
    assert thief.get("/admin/").headers["Location"].startswith("/login/second")
    assert asked("SELECT count(*) FROM account_totp WHERE confirmed_at IS NOT NULL") == [(1,)]


@pytest.mark.parametrize("role", ["clerk", "accountant", "board", "resident"])
def test_only_who_may_configure_sets_the_rule(opened: Any, browser: Callable[..., Browser], role: str) -> None:
    opened("irena", role)
    visitor = browser("irena")
    assert visitor.get(RULE).status_code == 404
    assert visitor.post(RULE, {"required_staff": "staff"}, "/settings").status_code == 404


def test_a_rule_that_is_none_is_refused(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("ewa", "admin")
    assert rule(browser("ewa"), "everybody").status_code == 422
    assert asked("SELECT count(*) FROM office_settings WHERE name = 'second_factor'") == [(0,)]


def test_with_a_first_factor_sessions_elsewhere_must_show_it(opened: Any, browser: Callable[..., Browser]) -> None:
    """Somebody who knows the password may be logged in already: that is why the owner adds a factor."""
    opened("anna")
    opened("celina")
    thief, owner, neighbour = browser("anna"), browser("anna"), browser("celina")
    assert is_in(thief)
    key, _codes = enrol(owner)
    assert thief.get("/settings").headers["Location"].startswith("/login/second")
    assert is_in(owner) and is_in(neighbour)
    other = browser("anna")
    assert second_step(other, code=code(key)).status_code == 303
    enrol(owner, name="drugi telefon")
    assert is_in(other), "who showed a factor need not show another"
