"""One's own e-mail address, phone number and language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, queries, rules
from app.accounts.commands import Created
from app.core import work
from app.core.actor import Actor, Role, system
from app.core.errors import NotThere, Refused
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.accounts.test_letters import link_in, work_off
from tests.post import Post

Opened = Callable[..., Created]
HERE = "192.0.2.1"
FORM = "/settings/contact"


def own(made: Created) -> Actor:
    return Actor(kind="account", login=made.account.login, account_id=made.account.id, role=Role.RESIDENT)


def stored(login: str) -> Any:
    work.commit()
    statement = text("SELECT email, phone, status, locale FROM accounts WHERE login = :login")
    return db.session.execute(statement, {"login": login}).one()


@pytest.fixture
def anna(app: Any, tenant: Tenant, browser: Callable[[], Browser]) -> Browser:
    """L000123 with a confirmed address, logged in."""
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "L000123", email=f"stary@{tenant.slug}.example", password=PASSWORD)
        work.commit()
    visitor = browser()
    visitor.log_in("L000123")
    return visitor


def row(app: Any, tenant: Tenant, login: str = "L000123") -> Any:
    with app.app_context(), bind(tenant):
        return stored(login)


def change(visitor: Browser, email: str, phone: str = "", password: str = PASSWORD) -> Any:
    return visitor.post(FORM, {"email": email, "phone": phone, "current": password}, form=FORM)


def test_a_new_address_counts_when_its_link_was_clicked_and_the_old_one_is_told(
    app: Any, tenant: Tenant, anna: Browser, browser: Callable[[], Browser], post: Post
) -> None:
    old, new = f"stary@{tenant.slug}.example", f"nowy@{tenant.slug}.example"
    assert change(anna, new).status_code == 303
    page = anna.get(FORM).text
    assert "niepotwierdzony" in page and new in page
    assert "niepotwierdzony" in anna.get("/settings").text
    assert row(app, tenant).email == old
    work_off(app, tenant)
    (letter,) = post.to(new)
    path, stranger = link_in(letter, tenant, "/email/confirm"), browser()
    assert stranger.get(path).status_code == 200 and stranger.get(path).status_code == 200
    assert row(app, tenant).email == old, "looking at a link changes nothing"
    assert post.to(old) == []
    done = stranger.post(path, {"confirm": "1"}, form=path)
    assert done.status_code == 200 and "Adres został potwierdzony" in done.text
    assert done.headers["Referrer-Policy"] == "no-referrer"
    assert row(app, tenant).email == new
    assert stranger.get(path).status_code == 404 and stranger.post(path, {}, form="/login").status_code == 404
    work_off(app, tenant)
    (told,) = post.to(old)
    assert link_in(told, tenant, "/email/object")
    assert "niepotwierdzony" not in anna.get("/settings").text


def test_who_reads_the_old_address_can_object_and_then_nobody_gets_in(
    app: Any, tenant: Tenant, anna: Browser, browser: Callable[[], Browser], post: Post
) -> None:
    old, new = f"stary@{tenant.slug}.example", f"zly@{tenant.slug}.example"
    change(anna, new)
    work_off(app, tenant)
    path, stranger = link_in(post.to(new)[0], tenant, "/email/confirm"), browser()
    stranger.post(path, {"confirm": "1"}, form=path)
    # the thief changes the password as well: the way to object outlives that
    form = {"current": PASSWORD, "new": "Czerwony-Klon-88", "repeat": "Czerwony-Klon-88"}
    assert anna.post("/settings/password", form, form="/settings/password").status_code == 303
    work_off(app, tenant)
    way = link_in(post.to(old)[0], tenant, "/email/object")
    assert stranger.get(way).status_code == 200 and row(app, tenant).status == "active"
    assert "Konto zostało zablokowane" in stranger.post(way, {"confirm": "1"}, form=way).text
    assert (row(app, tenant).email, row(app, tenant).status) == (old, "blocked")
    assert anna.get("/settings").location.startswith("/login")
    assert browser().log_in("L000123", "Czerwony-Klon-88").status_code == 422
    assert stranger.get(way).status_code == 404
    with app.app_context(), bind(tenant):
        detail = db.session.execute(
            text("SELECT detail FROM audit_entries WHERE action = 'account.email_objected'")
        ).scalar_one()
    assert detail["before"]["email"] == new and detail["after"] == {"email": old, "status": "blocked"}


@pytest.mark.parametrize(
    ("email", "phone", "password", "told"),
    [
        ("nie-adres", "", PASSWORD, "Tego adresu e-mail nie da się użyć"),
        ("a@b.example", "", "zle-haslo-77", "Obecne hasło jest nieprawidłowe."),
        ("a@b.example", "", "", "Podaj obecne hasło."),
        ("a@b.example", "", "x" * 10_000, "Obecne hasło jest nieprawidłowe."),
        ("stary@x.example", "123", PASSWORD, "Podaj numer telefonu"),
        ("stary@x.example", "12 345 67 89", PASSWORD, "Podaj numer komórkowy"),
        ("stary@x.example", "601" * 400, PASSWORD, "Podaj numer telefonu"),
        ("a" * 10_000 + "@b.example", "", PASSWORD, "Tego adresu e-mail nie da się użyć"),
    ],
)
def test_a_change_that_is_refused_says_why_and_changes_nothing(
    app: Any, tenant: Tenant, anna: Browser, email: str, phone: str, password: str, told: str
) -> None:
    before = row(app, tenant)
    answer = change(anna, email.replace("@x.", f"@{tenant.slug}."), phone, password)
    assert answer.status_code == 422 and told in answer.text
    assert row(app, tenant) == before
    assert PASSWORD not in answer.text


def test_a_nul_is_refused_and_not_an_error(anna: Browser) -> None:
    for sent in ({"email": "a\0@b.example"}, {"phone": "\0"}, {"current": "a\0b"}):
        answer = anna.post(FORM, {"email": "", "phone": "", "current": PASSWORD, **sent}, form=FORM)
        assert answer.status_code in (400, 422)


def test_the_current_password_cannot_be_guessed_through_the_contacts(anna: Browser) -> None:
    statuses = [change(anna, "a@b.example", password=f"zle-haslo-{number}").status_code for number in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_a_number_counts_when_the_code_was_typed(
    app: Any, tenant: Tenant, anna: Browser, environ: dict[str, str], post: Post
) -> None:
    email = f"stary@{tenant.slug}.example"
    assert change(anna, email, "601 234 567").location == FORM
    assert row(app, tenant).phone is None
    work_off(app, tenant)
    sent = [json.loads(file.read_text("utf-8")) for file in Path(environ["OSIEDLE_VAR"], "sms").glob("*.json")]
    (message,) = [each for each in sent if each["tenant"] == tenant.slug]
    assert message["to"] == "+48601234567"
    code = re.search(r"(?<!\w)(\d{6})(?!\w)", message["text"])
    assert code
    wrong = f"{(int(code[1]) + 1) % 10**6:06d}"
    refused = anna.post(f"{FORM}/phone", {"code": wrong}, form=FORM)
    assert refused.status_code == 422 and "Ten kod jest nieprawidłowy" in refused.text
    assert anna.post(f"{FORM}/phone", {"code": code[1]}, form=FORM).status_code == 303
    assert row(app, tenant).phone == "+48601234567"
    assert anna.post(f"{FORM}/phone", {"code": code[1]}, form=FORM).status_code == 422
    assert "+48 601 234 567" in anna.get("/settings").text
    work_off(app, tenant)
    assert "Numer telefonu" in post.to(email)[-1].get_body(("plain",)).get_content()


def test_what_waits_can_be_sent_again_or_given_up(app: Any, tenant: Tenant, anna: Browser, post: Post) -> None:
    old, new = f"stary@{tenant.slug}.example", f"nowy@{tenant.slug}.example"
    change(anna, new)
    anna.post(f"{FORM}/again", {"again": "1"}, form=FORM)
    work_off(app, tenant)
    first, second = (link_in(letter, tenant, "/email/confirm") for letter in post.to(new))
    assert anna.get(first).status_code == 404 and anna.get(second).status_code == 200
    anna.post(f"{FORM}/cancel", {"cancel": "1"}, form=FORM)
    assert anna.get(second).status_code == 404 and "niepotwierdzony" not in anna.get(FORM).text
    assert row(app, tenant).email == old


def test_five_letters_an_hour_and_no_more(anna: Browser, tenant: Tenant) -> None:
    statuses = [change(anna, f"adres{number}@{tenant.slug}.example").status_code for number in range(7)]
    assert statuses == [303] * rules.CODES_LIMIT + [429] * 2


def test_an_address_that_is_taken_away_is_told(app: Any, tenant: Tenant, anna: Browser, post: Post) -> None:
    assert change(anna, "").status_code == 303
    assert row(app, tenant).email is None
    work_off(app, tenant)
    (told,) = post.to(f"stary@{tenant.slug}.example")
    assert "usunięto" in told.get_body(("plain",)).get_content()


def test_a_link_works_at_its_own_manager_only_and_not_for_ever(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant], opened: Opened
) -> None:
    from app.accounts.commands.opening import issue_token

    with bind(tenant):
        made = opened("O1")
        secret, _until = issue_token(made.account.id, "email", "nowy@poczta.example")
        work.commit()
    with bind(new_tenant()):
        opened("O1")
        assert queries.email_link(secret) is None
        with pytest.raises(NotThere):
            commands.confirm_email(secret)
    with bind(tenant):
        with pytest.raises(NotThere):
            commands.object_to_email(secret)
        db.session.rollback()
        db.session.execute(text("UPDATE account_tokens SET expires_at = now()"))
        work.commit()
        with pytest.raises(NotThere):
            commands.confirm_email(secret)
        assert stored("O1").email is None


def test_an_unconfirmed_address_resets_no_password_and_lets_nobody_in(inside: Tenant, opened: Opened) -> None:
    made = opened("O1")
    commands.change_email(own(made), "nowy@poczta.example", PASSWORD)
    work.commit()
    commands.send_reset("nowy@poczta.example", "")
    commands.send_reset("o1", "")
    letters = text("SELECT count(*) FROM outbox_items WHERE letter = 'password_reset'")
    assert db.session.execute(letters).scalar_one() == 0
    with pytest.raises(Refused):
        commands.log_in("nowy@poczta.example", PASSWORD, HERE, "t")


def test_an_address_that_is_the_login_of_another_is_refused(inside: Tenant, opened: Opened) -> None:
    opened("ktos@poczta.example")
    with pytest.raises(Refused) as refusal:
        commands.change_email(own(opened("O1")), "Ktos@Poczta.example", PASSWORD)
    assert refusal.value.field == "email"


def test_only_who_is_shown_round_needs_no_password(inside: Tenant, opened: Opened) -> None:
    with pytest.raises(Refused) as refusal:
        commands.change_email(own(opened("O1")), "a@poczta.example", None)
    assert refusal.value.field == "current"
    assert commands.change_email(own(opened("O2", must_change=True)), "b@poczta.example", None) == "b@poczta.example"


def test_the_hub_lists_password_basics_and_notifications_with_their_words(anna: Browser) -> None:
    page = anna.get("/settings").text
    for path, word in (("/settings/password", "Zmień hasło"), (FORM, "Edytuj"), ("/settings/notifications", "Edytuj")):
        assert re.search(rf'href="{path}">.*?{word}', page), path
    assert page.count('<a class="tool" href="/settings"') == 1


def test_a_language_chosen_while_signed_in_stays_with_the_account(
    app: Any, tenant: Tenant, anna: Browser, browser: Callable[[], Browser]
) -> None:
    answer = anna.post("/settings/language", {"locale": "uk"}, form="/settings")
    assert answer.status_code == 303 and row(app, tenant).locale == "uk"
    assert 'lang="uk"' in anna.get("/settings").text
    elsewhere = browser()
    elsewhere.log_in("L000123")
    assert '<html lang="uk"' in elsewhere.get("/settings").text
    anna.get("/settings?lang=en")
    assert row(app, tenant).locale == "en"
    for wrong in ("xx", "", "../../etc"):
        assert anna.post("/settings/language", {"locale": wrong}, form="/settings").status_code == 303
    anna.get("/settings?lang=xx")
    assert row(app, tenant).locale == "en"
