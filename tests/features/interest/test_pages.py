"""Interest as residents see it, and as staff hold it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.clock import today
from app.finances.interest.days import last_day
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import Browser
from tests.features.interest.conftest import entry
from tests.pages import inspect

Enter = Callable[[str], Browser]
PAGE, STAFF = "/payments/interest", "/admin/interest"
OLD = today() - timedelta(days=200)


def headline(page: str) -> str:
    return re.sub("\u00a0", " ", re.findall(r'class="balance-sum[^"]*">([^<]+)<', page)[0])


def test_the_worked_example_stands_on_the_page(payer: Enter, books: Any) -> None:
    books(
        entry("10", "L2", debit=84237, due=date(2025, 9, 15), booked=date(2025, 9, 1), title="Czynsz za wrzesień"),
        entry("11", "L2", credit=84237, kind="payment", booked=date(2025, 12, 12)),
    )
    page = inspect(payer("zofia").get(PAGE))
    assert "nic po terminie" in page and headline(page) == "0,00 zł"
    assert "Czynsz za wrzesień" in page and "20,18" in page and "10,25%" in page
    assert "16.09.2025–08.10.2025" in page and "dla Twojej informacji" in page


def test_what_is_late_is_shown_with_its_sum_and_the_rest_is_not(payer: Enter, books: Any) -> None:
    books(entry("12", "L1", debit=365000, due=OLD, booked=OLD, title="Stara opłata"))
    page = inspect(payer("anna").get(PAGE))
    late = (today() - last_day(OLD)).days
    assert "Stara opłata" in page and f"{late} dni" in page and "9,50%" in page
    assert "według ostatniej stawki w tabeli" in page, "no rate has come for long, so the newest may be missing"
    assert "Operacja 2" in page and "Operacja 1" not in page, "what is due in some days is not late"
    grosze = round(Decimal(365000) * late * Decimal("9.5") / 36500)
    assert int(re.sub(r"\D", "", headline(page))) >= grosze


def test_a_payment_on_its_way_ends_the_delay_on_its_day(payer: Enter, books: Any, app: Any, tenant: Any) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(
            text(
                "INSERT INTO pending_payments (public_id, unit_code, account, amount, paid_on, source, source_ref) "
                "VALUES ('p', 'L1', 'rent', 20000, :day, 'mt940', '1')"
            ),
            {"day": today() - timedelta(days=1)},
        )
        work.commit()
    page = inspect(payer("anna").get(PAGE))
    assert "nic po terminie" in page and "Zapłacone po terminie" in page


def test_without_rates_before_a_day_the_page_says_that_it_does_not_know(payer: Enter, books: Any) -> None:
    books(entry("13", "L1", debit=1000, due=date(2023, 9, 15), booked=date(2023, 9, 1)))
    assert "Nie znamy stawek sprzed 5 października 2023" in inspect(payer("anna").get(PAGE))


def test_a_neighbours_interest_is_not_there(payer: Enter) -> None:
    assert payer("anna").get(f"{PAGE}?unit=L2").status_code == 404


def test_staff_hold_interest_back_and_the_resident_is_told_why(
    payer: Enter, staff: Enter, books: Any, app: Any, tenant: Any
) -> None:
    books(entry("14", "L1", debit=365000, due=OLD, booked=OLD, title="Niedopłata CO"))
    accountant = staff("accountant")
    page = inspect(accountant.get(f"{STAFF}?unit=L1"))
    assert "Niedopłata CO" in page and 'value="14"' in page
    data = {"entry": "14", "reason": "Raty do sierpnia, uchwała 12/2026", "until": ""}
    assert accountant.post(f"{STAFF}?unit=L1", data, form=STAFF).status_code == 303
    seen = inspect(payer("anna").get(PAGE))
    assert "Raty do sierpnia" in seen and "do odwołania" in seen
    assert "9,50%" not in seen.split("Niedopłata CO", 1)[1].split("</tr>", 1)[0], "no days are reckoned"
    listed = inspect(accountant.get(STAFF))
    assert "Niedopłata CO" in listed and "Raty do sierpnia" in listed
    with app.app_context(), bind(tenant):
        written = db.session.execute(
            text("SELECT subject, detail FROM audit_entries WHERE action = 'interest.held'")
        ).one()
    assert written.subject == "L1" and written.detail["after"]["reason"] == data["reason"]


def test_another_hold_replaces_the_first_and_can_be_withdrawn(
    payer: Enter, staff: Enter, app: Any, tenant: Any
) -> None:
    admin = staff("admin")
    for until in ("2026-01-31", "31.08.2026"):
        data = {"entry": "2", "reason": f"do {until}", "until": until}
        assert admin.post(f"{STAFF}?unit=L1", data, form=STAFF).status_code == 303
    page = inspect(admin.get(STAFF))
    assert "31.08.2026" in page and "31.01.2026" not in page
    address = re.search(r'action="(/admin/interest/[^"/]+/withdraw)"', page)
    assert address is not None
    assert admin.post(address[1], {}, form=STAFF).status_code == 303
    assert "Żadne odsetki nie są wstrzymane" in inspect(admin.get(STAFF))
    assert admin.post(address[1], {}, form=STAFF).status_code == 404, "what was withdrawn is not there any more"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entry", "4"), ("entry", ""), ("entry", "x" * 9_000), ("reason", ""), ("reason", "x" * 301),
        ("reason", "a\x1bb"), ("until", "jutro"), ("until", "2026-02-31"), ("until", "1850-01-01"),
    ],
)  # fmt: skip
def test_a_hold_that_cannot_be_is_refused_at_its_field(staff: Enter, field: str, value: str) -> None:
    data = {"entry": "2", "reason": "Raty", "until": "", field: value}
    answer = staff("admin").post(f"{STAFF}?unit=L1", data, form=STAFF)
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text


def test_a_unit_that_is_not_there_is_said_to_be_none(staff: Enter) -> None:
    admin = staff("admin")
    for code in ("L9", "x" * 5_000, "'"):
        answer = admin.get(STAFF, query_string={"unit": code})
        assert answer.status_code == 404 and "Nie ma takiego lokalu" in inspect(answer)
    assert admin.post(f"{STAFF}?unit=L9", {"entry": "2", "reason": "x"}, form=STAFF).status_code == 404


@pytest.mark.parametrize("role", ["clerk", "board"])
def test_who_keeps_no_books_holds_no_interest(staff: Enter, role: str) -> None:
    browser = staff(role)
    assert browser.get(STAFF).status_code == 404
    assert browser.post(f"{STAFF}?unit=L1", {"entry": "2", "reason": "x"}, form="/settings").status_code == 404


def test_the_tab_is_there_for_those_who_are_late_and_only_for_them(payer: Enter) -> None:
    anna = payer("anna")
    for path in ("/payments", "/payments/slip", "/payments/entries"):
        assert 'href="/payments/interest?unit=L1">Odsetki</a>' in inspect(anna.get(path)), path


def test_who_is_not_late_has_no_such_tab(payer: Enter) -> None:
    zofia = payer("zofia")
    for path in ("/payments", "/payments/slip", "/payments/entries"):
        assert "/payments/interest" not in inspect(zofia.get(path)), path
    assert zofia.get(PAGE).status_code == 200, "but the page says that nothing is late"
