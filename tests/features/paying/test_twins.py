"""The same sum by the internet and by the bank: two payments count twice, and staff are asked whether they are two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import today
from app.finances.commands import pending
from tenants.context import bind
from tenants.db import db
from tests.features.paying.street import HOME, Street
from tests.features.paying.test_paying import paid_one
from tests.features.paying.test_staff import LIST
from tests.pages import inspect

SAID = "Z banku przyszła taka sama wpłata"


def told_by_the_bank(street: Street, *, unit: str = "L1", amount: int = 45000, days: int = 0) -> None:
    with street.app.app_context(), bind(street.tenant):
        day = today() - timedelta(days=days)
        pending.credit("bank", [pending.Credit("b1", unit, amount, day, "czynsz")])
        pending.settle()
        db.session.commit()


def test_the_same_sum_from_the_bank_counts_and_is_pointed_out_to_staff_only(street: Street) -> None:
    browser, clerk = street.enter(), street.enter("gustaw", (), "accountant")
    payment = paid_one(street, browser)
    told_by_the_bank(street, days=1)
    assert sorted(source for _unit, _sum, source, _state, _entry in street.credits()) == ["bank", "online"]
    assert SAID in inspect(clerk.get(f"{LIST}/{payment}"))
    assert SAID.lower() in inspect(clerk.get(LIST)).lower()
    assert SAID.lower() not in inspect(browser.get(f"{HOME}/{payment}")).lower()


@pytest.mark.parametrize("other", [{"unit": "L2"}, {"amount": 45001}, {"days": 6}])
def test_another_sum_unit_or_week_is_another_payment(street: Street, other: dict[str, str | int]) -> None:
    payment = paid_one(street, street.enter())
    told_by_the_bank(street, **other)  # type: ignore[arg-type]
    assert SAID not in inspect(street.enter("gustaw", (), "accountant").get(f"{LIST}/{payment}"))


def test_a_sum_that_the_bank_took_back_is_pointed_out_no_more(street: Street) -> None:
    payment = paid_one(street, street.enter())
    told_by_the_bank(street)
    with street.app.app_context(), bind(street.tenant):
        pending.withdraw("bank", "b1")
        db.session.commit()
    assert SAID not in inspect(street.enter("gustaw", (), "accountant").get(f"{LIST}/{payment}"))
