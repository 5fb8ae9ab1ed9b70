"""The table of statutory rates that operators keep, and the pages that reckon with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere
from app.finances.interest import rates
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.pages import inspect

NEW = {"from_on": "2026-09-10", "percent": "9,25", "source": "Stopa referencyjna NBP 3,75% + 5,5 p.p."}


@pytest.fixture(autouse=True)
def table(app: Any) -> Iterator[None]:
    """The table is one for all tests: what a test writes is taken out again."""
    yield
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.statutory_rates WHERE from_on > '2026-01-01'"))
        connection.execute(
            text("UPDATE platform.statutory_rates SET percent = 9.50, checked_on = NULL WHERE from_on = '2025-12-04'")
        )
    rates.forget()


def test_the_rates_known_at_the_start_are_in_the_table(console: Any) -> None:
    page = inspect(console.get("/rates"))
    for said in ("05.10.2023", "11,25%", "08.05.2025", "10,75%", "04.12.2025", "9,50%"):
        assert said in page


def test_a_rate_is_added_audited_and_read_by_every_manager(console: Any, app: Any, tenant: Any) -> None:
    assert console.post("/rates", **NEW).status_code == 303
    assert "9,25%" in inspect(console.get("/rates"))
    with app.app_context(), bind(tenant):
        assert rates.rates()[-1].percent == Decimal("9.25"), "read through the platform while a manager is bound"
    with app.app_context(), db.engines[PLATFORM].connect() as connection:
        written = connection.execute(
            text("SELECT detail FROM platform.audit_entries WHERE action = 'rate.added' ORDER BY id DESC LIMIT 1")
        ).scalar_one()
    assert written["after"]["percent"] == "9.25"


def test_a_rate_is_corrected_with_what_it_was_before_and_can_be_taken_out(console: Any, app: Any) -> None:
    console.post("/rates", **NEW)
    assert console.post("/rates/2026-09-10", percent="9", source="Poprawka").status_code == 303
    assert 'value="9,00"' in inspect(console.get("/rates/2026-09-10"))
    with app.app_context(), db.engines[PLATFORM].connect() as connection:
        detail = connection.execute(
            text("SELECT detail FROM platform.audit_entries WHERE action = 'rate.corrected' ORDER BY id DESC LIMIT 1")
        ).scalar_one()
    assert (detail["before"]["percent"], detail["after"]["percent"]) == ("9.25", "9.00")
    assert console.post("/rates/2026-09-10/withdraw").status_code == 303
    assert "10.09.2026" not in console.get("/rates").text
    assert console.get("/rates/2026-09-10").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_on", ""), ("from_on", "2026-02-31"), ("from_on", "1900-01-01"), ("from_on", "2999-01-01"),
        ("percent", ""), ("percent", "-1"), ("percent", "9,123"), ("percent", "101"), ("percent", "dużo"),
        ("percent", "٣"), ("percent", "9" * 9_000), ("source", " "), ("source", "x" * 201), ("source", "a\x1bb"),
        ("from_on", "2025-12-04"),
    ],
)  # fmt: skip
def test_a_rate_that_cannot_be_is_refused_at_its_field(console: Any, field: str, value: str) -> None:
    answer = console.post("/rates", **(NEW | {field: value}))
    assert answer.status_code == (409 if value == "2025-12-04" else 422) and f'href="#{field}"' in answer.text


def test_a_rate_that_was_looked_up_again_is_no_longer_doubted(console: Any, app: Any) -> None:
    warning = "Sprawdź, czy stawka się nie zmieniła"
    assert warning in inspect(console.get("/rates"))
    with app.app_context():
        rates.forget()
        assert rates.doubtful_since(rates.rates(), today()) == date(2025, 12, 4)
    assert console.post("/rates/confirm").status_code == 303
    page = inspect(console.get("/rates"))
    assert warning not in page and "Ostatnio sprawdzona" in page
    with app.app_context(), db.engines[PLATFORM].connect() as connection:
        assert rates.doubtful_since(rates.rates(), today()) is None
        said = text("SELECT max(subject) FROM platform.audit_entries WHERE action = 'rate.confirmed'")
        assert connection.execute(said).scalar_one() == "2025-12-04"


def test_an_address_that_names_no_rate_is_not_there(console: Any) -> None:
    for address in ("/rates/2020-01-01", "/rates/wczoraj", "/rates/" + "9" * 3_000):
        assert console.get(address).status_code == 404
        assert console.post(f"{address}/withdraw").status_code == 404


def test_only_operators_keep_the_table(app: Any) -> None:
    resident = Actor(kind="account", login="anna")
    with app.app_context():
        for forbidden in (
            lambda: rates.table(resident), lambda: rates.withdraw(resident, "2025-12-04"),
            lambda: rates.add(resident, *NEW.values()), lambda: rates.correct(resident, "2025-12-04", "1", "x"),
        ):  # fmt: skip
            with pytest.raises(NotThere):
                forbidden()
