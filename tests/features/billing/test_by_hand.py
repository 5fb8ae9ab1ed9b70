"""Billing without Stripe: invoices written and marked as paid by operators, and what happens until then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.billing import jobs, state
from app.core.clock import today
from tenants.db import PLATFORM, db
from tests.features.billing.conftest import Manager
from tests.pages import inspect
from worker import entry

INVOICE = {
    "number": "12/11/2026",
    "period_from": "2026-11-01",
    "period_until": "2026-11-30",
    "net": "249,00",
    "issued_on": "2026-11-02",
    "due_on": "2026-11-16",
}


@pytest.fixture(autouse=True)
def clean(app: Any) -> Iterator[None]:
    """Dates are one for all tests, and numbers of invoices too."""
    yield
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.billing_steps"))
        connection.execute(text("DELETE FROM platform.billing_invoices"))


def test_without_a_key_the_page_says_so_and_shows_prices(manager: Manager) -> None:
    page = inspect(manager.browser("admin").get("/admin/billing"))
    assert "Płatności przez internet są wyłączone" in page
    assert "Plan nie został jeszcze ustalony" in page
    assert "47,97\u00a0zł" in page, "the smallest portal with VAT"


def test_an_operator_agrees_a_plan_that_the_administrator_sees(console: Any, manager: Manager) -> None:
    answer = console.post(
        f"/tenants/{manager.slug}/billing", plan="full", plan_interval="year", collection="hand", trial_until=""
    )
    assert answer.status_code == 303
    page = inspect(manager.browser("admin").get("/admin/billing"))
    assert "Pełny" in page and "848,70\u00a0zł za rok" in page
    assert "Pełny, co rok" in inspect(console.get(f"/tenants/{manager.slug}"))
    assert "Pełny, co rok" in inspect(console.get("/billing"))


def test_an_invoice_is_written_seen_and_marked_as_paid(console: Any, manager: Manager) -> None:
    assert console.post(f"/tenants/{manager.slug}/billing/invoices", **INVOICE).status_code == 303
    found = manager.unbound(lambda: state.invoices(manager.tenant.id)).rows[0]
    assert (found.net, found.vat, found.gross, found.state) == (24900, 5727, 30627, "open")
    shown = inspect(manager.browser("admin").get("/admin/billing"))
    assert "12/11/2026" in shown and "306,27\u00a0zł" in shown
    path = f"/tenants/{manager.slug}/billing/{found.public_id}"
    inspect(console.get(path))
    assert console.post(path, paid_on="2026-11-20", note="wyciąg 44, poz. 3").status_code == 303
    assert "zapłacona" in inspect(manager.browser("admin").get("/admin/billing"))
    assert console.post(path, paid_on="2026-11-20").status_code == 422, "once"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", ""), ("number", "x" * 41), ("number", "a<b>"), ("net", "0"), ("net", "dużo"),
        ("net", "9" * 10_000), ("net", "-5"), ("issued_on", "wczoraj"), ("due_on", "2026-11-01"),
        ("period_until", "2026-10-01"),
        ("due_on", "9999-12-31"), ("note", "n" * 201),
    ],
)  # fmt: skip
def test_a_bad_invoice_is_refused_at_its_field(console: Any, manager: Manager, name: str, value: str) -> None:
    answer = console.post(f"/tenants/{manager.slug}/billing/invoices", **INVOICE | {name: value})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in inspect(answer)
    assert manager.unbound(lambda: state.invoices(manager.tenant.id)).total == 0


def test_a_number_is_used_once_over_all_managers(console: Any, make_manager: Any) -> None:
    one, other = make_manager(), make_manager()
    assert console.post(f"/tenants/{one.slug}/billing/invoices", **INVOICE).status_code == 303
    answer = console.post(f"/tenants/{other.slug}/billing/invoices", **INVOICE)
    assert answer.status_code == 409 and "już jest" in inspect(answer)


def test_an_invoice_of_one_manager_is_not_paid_below_another(console: Any, make_manager: Any) -> None:
    one, other = make_manager(), make_manager()
    invoice = one.owes(1)
    for path in (
        f"/tenants/{other.slug}/billing/{invoice}",
        f"/tenants/{other.slug}/billing/x",
        "/tenants/nie/billing",
    ):
        assert console.get(path).status_code == 404
    assert console.post(f"/tenants/{other.slug}/billing/{invoice}/void").status_code == 404
    assert one.invoice(invoice).state == "open"


def test_clerks_and_residents_know_no_page_of_billing(manager: Manager) -> None:
    clerk = manager.browser("klara")
    clerk.get("/admin/mailouts/new")
    assert clerk.get("/admin/billing").status_code == 404
    assert clerk.post("/admin/billing/buyer", buyer_name="x").status_code == 404


def test_the_buyer_is_saved_with_a_checked_tax_number(manager: Manager) -> None:
    admin = manager.browser("admin")
    admin.get("/admin/billing/buyer")
    wrong = admin.post("/admin/billing/buyer", buyer_name="SM Słoneczna", nip="123-456-32-19")
    assert wrong.status_code == 422 and "cyfra kontrolna" in inspect(wrong)
    assert admin.post("/admin/billing/buyer", buyer_name="", nip="").status_code == 422
    assert admin.post("/admin/billing/buyer", buyer_name="x" * 10_000).status_code == 422
    right = {"buyer_name": "SM Słoneczna", "nip": "PL 123-456-32-18", "buyer_email": "faktury@sm.example"}
    assert admin.post("/admin/billing/buyer", **right).status_code == 303
    assert manager.account().nip == "1234563218"
    assert "SM Słoneczna" in inspect(admin.get("/admin/billing"))


def test_warnings_are_mailed_to_administrators_once_a_week_and_stand_on_their_first_page(
    manager: Manager, app: Any
) -> None:
    manager.owes(1)
    assert manager.look() == "warned" and manager.look() == "warned"
    letters = "SELECT address, cause FROM outbox_items WHERE letter = 'billing_overdue' ORDER BY id"

    def posted() -> list[Any]:
        return list(manager.within(lambda: db.session.execute(text(letters)).all()))

    assert [row.address for row in posted()] == [f"admin@{manager.slug}.example"]
    assert manager.look(today() + timedelta(days=7)) == "warned"
    assert len(posted()) == 2
    page = inspect(manager.browser("admin").get("/admin/"))
    assert "Abonament za portal czeka na zapłatę" in page and "306,27" in page
    assert "Abonament" not in inspect(manager.browser("klara").get("/admin/"))


def test_staff_only_read_while_residents_feel_nothing_and_paying_frees_at_once(manager: Manager) -> None:
    admin, clerk = manager.browser("admin"), manager.browser("klara")
    inspect(admin.get("/admin/billing/buyer"))
    inspect(clerk.get("/admin/mailouts/new"))
    invoice = manager.owes(30)
    manager.look(today() - timedelta(days=8))
    assert manager.look() == "read_only"
    assert manager.fresh().standing == "read_only"
    answer = clerk.post("/admin/mailouts/new", subject="x")
    assert answer.status_code == 402 and "można teraz tylko czytać" in inspect(answer)
    assert clerk.get("/admin/").status_code == 200
    assert admin.post("/admin/billing/buyer", buyer_name="Nadal wolno").status_code == 303, "where it can be mended"
    assert "Do zapłaty" in inspect(admin.get("/admin/billing"))
    assert clerk.post("/logout").status_code in (302, 303)
    manager.pays(invoice)
    assert manager.look() == "good"
    assert manager.fresh().standing == "good"
    assert admin.post("/admin/mailouts/new", subject="x").status_code != 402


def test_the_panel_closes_before_the_portal_does(manager: Manager, client: Any) -> None:
    invoice = manager.owes(90)
    days = [today() + timedelta(days=number) for number in (0, 7, 14)]
    assert [manager.look(day) for day in days] == ["warned", "read_only", "staff_off"]
    admin, clerk = manager.browser("admin"), manager.browser("klara")
    closed = clerk.get("/admin/")
    assert closed.status_code == 402 and "Mieszkańcy nadal widzą" in inspect(closed)
    assert "/admin/billing" in inspect(admin.get("/admin/"))
    assert "Do zapłaty" in inspect(admin.get("/admin/billing"))
    assert client(manager.slug).get("/login").status_code == 200, "residents go last"
    assert manager.look(today() + timedelta(days=21)) == "suspended"
    assert manager.fresh().status == "suspended"
    assert client(manager.slug).get("/login").status_code == 503
    manager.pays(invoice)
    assert manager.look() == "good"
    assert (manager.fresh().status, manager.fresh().standing) == ("active", "good")


def test_an_operators_suspension_for_another_reason_is_not_lifted_by_paying(manager: Manager) -> None:
    from app.operators.commands import suspend
    from tests.features.billing.conftest import OPERATOR

    invoice = manager.owes(30)
    manager.look()
    manager.unbound(lambda: suspend(OPERATOR, manager.slug, "Na prośbę zarządcy"))
    manager.pays(invoice)
    assert manager.look() == "good"
    assert manager.fresh().status == "suspended"


def test_a_withdrawn_invoice_is_owed_by_nobody(console: Any, manager: Manager) -> None:
    invoice = manager.owes(30)
    assert manager.look() == "warned"
    assert console.post(f"/tenants/{manager.slug}/billing/{invoice}/void").status_code == 303
    assert manager.look() == "good"


def test_the_dates_are_settings_that_leave_two_weeks(console: Any, manager: Manager) -> None:
    inspect(console.get("/billing/steps"))
    dates = {
        "trial_days": "60", "due_days": "21", "warn_days": "3", "remind_days": "5", "read_only_days": "30",
        "staff_off_days": "60", "suspend_days": "90",
    }  # fmt: skip
    assert console.post("/billing/steps", **dates).status_code == 303
    assert manager.unbound(state.steps).read_only_days == 30
    for bad in ({"read_only_days": "13"}, {"warn_days": ""}, {"suspend_days": "9" * 10_000}, {"due_days": "x"}):
        answer = console.post("/billing/steps", **dates | bad)
        assert answer.status_code == 422, bad
        inspect(answer)
    manager.owes(2)
    assert manager.look() == "good", "three days now"


def test_units_are_counted_when_books_change_and_at_night(manager: Manager) -> None:
    row = manager.within(lambda: jobs.jobs.enqueue(jobs.UNITS_JOB, "units"))
    manager.unbound(lambda: entry.run(manager.tenant.id, row))
    assert manager.account().units == 0


def test_a_deleted_manager_leaves_its_invoices(manager: Manager, settings: Any) -> None:
    from tenants import provisioning

    invoice = manager.owes(5)
    provisioning.remove(settings.database_url, manager.slug)
    kept = manager.invoice(invoice)
    assert kept.tenant_id is None and kept.slug == manager.slug
    assert manager.look() == "good"
