"""From a start password to a portal of one's own; accounts that open later; what each attempt leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, policies, queries, rules
from app.accounts.commands import Created, entering
from app.accounts.models import Account
from app.core import clock, work
from app.core.actor import Actor, Role, rights, system
from app.core.errors import Refused
from app.office import settings
from app.office.portal_rules import Nightly, next_nightly
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser

Opened = Callable[..., Created]
HERE = "192.0.2.1"
START, NEW = "Kdtm-4827-Wsrp", "Czerwony-Klon-88"
ADMIN = Actor(kind="account", login="admin", role=Role.ADMIN, can=rights(Role.ADMIN))


def set_access(**values: Any) -> None:
    policies.write(ADMIN, policies.password_policy(), replace(policies.access(), **values), policies.sessions())
    work.commit()


def outcomes(login: str | None = None) -> list[str]:
    """Outcomes of all attempts, oldest first; `login` narrows to those of one account."""
    statement = text(
        "SELECT t.outcome FROM login_attempts t LEFT JOIN accounts a ON a.id = t.account_id "
        "WHERE CAST(:login AS text) IS NULL OR a.login = :login ORDER BY t.id"
    )
    return list(db.session.execute(statement, {"login": login}).scalars())


@pytest.fixture
def newcomer(app: Any, tenant: Tenant) -> Callable[..., None]:
    """Makes the account L000123 with a start password, forced to be changed or only recommended."""

    def make(*, must_change: bool) -> None:
        with app.app_context(), bind(tenant):
            made = commands.create_account(system("t"), "L000123", password=PASSWORD, must_change=True)
            account = db.session.get_one(Account, made.account.id)
            commands.set_start_password(account, START, must_change=must_change, until=None)
            work.commit()

    return make


def test_a_newcomer_is_led_through_password_email_and_notifications(
    newcomer: Callable[..., None], browser: Callable[[], Browser]
) -> None:
    newcomer(must_change=True)
    visitor = browser()
    assert visitor.log_in("L000123", START).location == "/settings/password"
    page = visitor.get("/settings/password").text
    assert "krok 1 z 3" in page and "Zmień je, zanim przejdziesz dalej" in page and "Pomiń" not in page
    assert visitor.get("/welcome/contact").location == "/settings/password"
    form = {"current": START, "new": NEW, "repeat": NEW}
    assert visitor.post("/settings/password", form, form="/settings/password").location == "/welcome/contact"
    assert "krok 2 z 3" in visitor.get("/welcome/contact").text
    answer = visitor.post("/welcome/contact", {"email": "jan@poczta.example", "phone": ""}, form="/welcome/contact")
    assert answer.location == "/settings/notifications?welcome=1"
    assert visitor.get(answer.location).status_code == 200
    done = visitor.get("/welcome/done").text
    assert "jan@poczta.example" in done and "niepotwierdzony" in done
    assert visitor.post("/welcome/done", {"finish": "1"}, form="/welcome/done").location == "/"
    assert browser().log_in("L000123", NEW).location == "/"
    assert visitor.get("/welcome").location == "/" and visitor.get("/welcome/contact").location == "/settings/contact"


def test_a_forced_change_cannot_be_skipped(newcomer: Callable[..., None], browser: Callable[[], Browser]) -> None:
    newcomer(must_change=True)
    visitor = browser()
    visitor.log_in("L000123", START)
    assert "/welcome/skip" not in visitor.get("/welcome").text
    assert visitor.post("/welcome/skip", {"skip": "1"}, form="/welcome").location == "/settings/password"
    assert visitor.get("/").location == "/settings/password"


def test_a_recommended_change_is_asked_for_on_every_page_and_holds_nobody_up(
    newcomer: Callable[..., None], browser: Callable[[], Browser]
) -> None:
    newcomer(must_change=False)
    visitor = browser()
    assert visitor.log_in("L000123", START).location == "/welcome"
    page = visitor.get("/welcome").text
    assert "Własne hasło" in page and "Pomiń i przejdź do portalu" in page
    assert "Pomiń ten krok" in visitor.get("/settings/password").text
    assert "Zalecamy zmianę hasła" in visitor.get("/settings").text
    assert visitor.post("/welcome/skip", {"skip": "1"}, form="/welcome").location == "/"
    again = browser()
    assert again.log_in("L000123", START).location == "/"
    assert "Zalecamy zmianę hasła" in again.get("/payments").text
    form = {"current": START, "new": NEW, "repeat": NEW}
    assert again.post("/settings/password", form, form="/settings/password").location == "/settings"
    assert "Zalecamy zmianę hasła" not in again.get("/settings").text


def test_staff_are_not_shown_round(app: Any, tenant: Tenant, browser: Callable[[], Browser]) -> None:
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "ewa", role="admin", password=PASSWORD, must_change=True)
        work.commit()
    visitor = browser()
    assert visitor.log_in("ewa").location == "/admin/"
    form = {"current": PASSWORD, "new": NEW, "repeat": NEW}
    assert visitor.post("/settings/password", form, form="/settings/password").location == "/admin/"
    assert visitor.get("/welcome").location == "/admin/" and visitor.get("/welcome/contact").status_code == 404


def test_the_manager_says_how_long_a_start_password_works_and_whether_it_must_be_changed(inside: Tenant) -> None:
    set_access(change="recommended", start_days=3)
    must, until = policies.start_terms()
    assert not must and timedelta(days=2, hours=23) < until - clock.now() < timedelta(days=3, seconds=1)
    made = commands.create_account(system("t"), "O1", password=PASSWORD, must_change=True)
    assert made.account.start_password_until is not None
    assert made.account.start_password_until - clock.now() < timedelta(days=3, seconds=1)


def test_a_start_password_ends_sessions_links_and_the_one_before(inside: Tenant, opened: Opened) -> None:
    made = opened("O1", email="o1@poczta.example")
    secret = commands.log_in("O1", PASSWORD, HERE, "t")
    work.commit()
    account = db.session.get_one(Account, made.account.id)
    commands.set_start_password(account, START, must_change=True, until=clock.now() + timedelta(hours=1))
    work.commit()
    assert queries.visitor(secret) is None
    with pytest.raises(Refused):
        commands.log_in("O1", PASSWORD, HERE, "t")
    visit = queries.visitor(commands.log_in("O1", START, HERE, "t"))
    assert visit is not None and visit.actor.must_change_password


def test_a_new_account_waits_for_the_night_and_says_so_to_its_owner_only(
    app: Any, tenant: Tenant, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), bind(tenant):
        settings.write(ADMIN, Nightly(2))
        set_access(wait_for_night=True)
        made = commands.create_account(system("t"), "L000123", password=PASSWORD)
        staff = commands.create_account(system("t"), "hanna", role="clerk", password=PASSWORD)
        work.commit()
        opens = made.account.opens_at
        assert opens is not None and clock.local(opens).hour == 2 and staff.account.opens_at is None
        assert timedelta(0) < opens - clock.now() <= timedelta(hours=25)
    told = browser().log_in("L000123")
    when = clock.local(opens)
    assert told.status_code == 422
    assert f"Pierwsze logowanie będzie możliwe po {when:%d.%m.%Y}, 02:00" in told.text
    wrong = browser().log_in("L000123", "zle-haslo-77")
    assert "Nieprawidłowy login lub hasło." in wrong.text and "Pierwsze logowanie" not in wrong.text
    assert browser().log_in("hanna").status_code == 303
    with app.app_context(), bind(tenant):
        assert outcomes("L000123") == ["early", "password"]
        db.session.execute(text("UPDATE accounts SET opens_at = now() - interval '1 second'"))
        work.commit()
    assert browser().log_in("L000123").status_code == 303


@pytest.mark.parametrize(
    ("moment", "hour", "opens"),
    [
        # the last Sunday of October: 3:00 becomes 2:00, so the day has 25 hours
        (datetime(2026, 10, 24, 21, 30, tzinfo=UTC), 23, datetime(2026, 10, 25, 22, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, 59, tzinfo=UTC), 23, datetime(2026, 10, 24, 21, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2, datetime(2026, 10, 26, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 2, datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        # the last Sunday of March: 2:00 becomes 3:00, so the day has 23 hours and no 2 o'clock
        (datetime(2027, 3, 27, 22, 30, tzinfo=UTC), 23, datetime(2027, 3, 28, 21, 0, tzinfo=UTC)),
        (datetime(2027, 3, 28, 0, 0, tzinfo=UTC), 2, datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), 2, datetime(2027, 3, 29, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_night_comes_at_the_right_moment_when_clocks_change(moment: datetime, hour: int, opens: datetime) -> None:
    assert next_nightly(moment, hour) == opens


def test_each_attempt_leaves_a_line_also_a_refused_one(inside: Tenant, opened: Opened) -> None:
    for login in ("O1", "blocked", "closed", "late"):
        opened(login, must_change=login == "late")
    opened("waiting", password=None)
    db.session.execute(text("UPDATE accounts SET status = login WHERE login IN ('blocked', 'closed')"))
    db.session.execute(text("UPDATE accounts SET start_password_until = now() WHERE login = 'late'"))
    work.commit()
    told = set()
    for login in ("blocked", "closed", "late", "waiting", "nobody"):
        with pytest.raises(Refused) as refusal:
            commands.log_in(login, PASSWORD, HERE, "tests\x07")
        told.add(refusal.value.message)
    with pytest.raises(Refused):
        commands.log_in("O1", "zle-haslo-77", HERE, "tests")
    commands.log_in("O1", PASSWORD, HERE, "tests")
    work.commit()
    assert told == {"Nieprawidłowy login lub hasło."}
    assert outcomes() == ["blocked", "closed", "expired", "no_password", "unknown", "password", "in"]
    kept = db.session.execute(text("SELECT t::text FROM login_attempts t")).scalars().all()
    assert all(HERE in row and PASSWORD not in row and "nobody" not in row and "\x07" not in row for row in kept)


def test_a_flood_that_is_sent_away_leaves_one_line_a_minute(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    for _each in range(30):
        with pytest.raises(Refused):
            commands.log_in("O1", "zle-haslo-77", HERE, "tests")
    assert outcomes("O1") == ["password"] * 10 + ["throttled"]


def test_ten_thousand_logins_from_many_addresses_are_stopped_at_the_login(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    statuses = []
    for number in range(120):  # the limit of one login is 50; what comes after it costs no hash
        with pytest.raises(Refused) as refusal:
            commands.log_in("O1", "x" * 200, f"2001:db8:{number:x}::1", "tests")
        statuses.append(refusal.value.status)
    assert statuses == [422] * rules.LOGIN_LIMIT + [429] * (120 - rules.LOGIN_LIMIT)


def test_a_session_that_owes_something_waits_for_it(
    inside: Tenant, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("O1")
    asked: list[str] = []
    monkeypatch.setattr(entering, "demands", [lambda row: asked.append(row.login), lambda row: "factor"])
    visit = queries.visitor(commands.log_in("O1", PASSWORD, HERE, "tests"))
    work.commit()
    assert visit is not None and visit.actor.waits_for == "factor" and asked == ["O1"]
    assert outcomes("O1") == ["factor"]
    with pytest.raises(Refused):
        commands.log_in("O1", "zle-haslo-77", HERE, "tests")
    assert asked == ["O1"], "nothing is asked of who does not know the password"


def test_a_session_lasts_as_long_as_the_manager_says(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    policies.write(ADMIN, policies.password_policy(), policies.access(), rules.Sessions(1))
    work.commit()
    commands.log_in("O1", PASSWORD, HERE, "tests")
    left = db.session.execute(text("SELECT extract(epoch FROM expires_at - now()) FROM account_sessions")).scalar_one()
    assert 3500 < left < 3601


def test_after_wyjscie_no_page_shows_anything_and_none_was_kept(
    newcomer: Callable[..., None], browser: Callable[[], Browser]
) -> None:
    newcomer(must_change=False)
    visitor = browser()
    visitor.log_in("L000123", START)
    page = visitor.get("/settings")
    assert "WYJŚCIE" in page.text and page.headers["Cache-Control"] == "no-store"
    visitor.post("/logout", {}, form="/settings")
    for path in ("/settings", "/payments", "/welcome", "/settings/contact"):
        assert visitor.get(path).location.startswith("/login")
