"""Parts of payments that go back, banks that want them back, and who hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core import work
from app.paying import jobs
from tenants.context import bind
from tests.features.finances.books import entry
from tests.features.paying.street import HOME, RENT, Street
from tests.features.paying.test_paying import paid_one
from tests.features.paying.test_staff import LIST, give_back
from tests.pages import inspect


def letters(street: Street) -> list[Any]:
    return [row[0] for row in street.rows("SELECT letter FROM outbox_items WHERE letter LIKE 'online%' ORDER BY id")]


def went(street: Street) -> None:
    street.work()
    street.deliver()


def test_a_payment_goes_back_in_parts_until_nothing_is_left(street: Street) -> None:
    browser, clerk = street.enter(), street.enter("gustaw", (), "accountant")
    payment = paid_one(street, browser)
    assert give_back(clerk, payment, "150,00", key="a").status_code == 303
    went(street)
    assert street.payment(payment, "state, refunded") == ("paid", 15000)
    assert street.credits() == [("L1", 30000, "online", "pending", None)]
    assert 'value="300,00"' in inspect(clerk.get(f"{LIST}/{payment}"))
    shown = inspect(browser.get(f"{HOME}/{payment}"))
    assert "Zwroty" in shown and "150,00" in shown and "pomyłka" not in shown
    assert give_back(clerk, payment, "300,01", key="b").status_code == 422
    assert give_back(clerk, payment, "100", key="b").status_code == 303
    assert give_back(clerk, payment, "200,01", key="c").status_code == 422, "what is on its way back is not left"
    assert give_back(clerk, payment, "200", key="c").status_code == 303
    went(street)
    assert street.payment(payment, "state, refunded") == ("refunded", 45000)
    assert street.credits() == [] and len(street.double.every("refund")) == 3
    assert letters(street) == ["online_refund"] * 3


@pytest.mark.parametrize("typed", ["", "0", "0,00", "-1", "450,01", "1e2", "NaN", "1,001", "dużo", "9" * 10_000, "\0"])
def test_an_amount_that_cannot_go_back_is_refused_at_its_field(street: Street, typed: str) -> None:
    payment = paid_one(street, street.enter())
    answer = give_back(street.enter("gustaw", (), "accountant"), payment, typed)
    assert answer.status_code in (400, 422)
    assert street.rows("SELECT id FROM online_refunds") == [] and len(street.credits()) == 1


def test_parts_given_back_in_stripes_panel_are_taken_off_what_is_left(street: Street) -> None:
    from app.gateways.payments.client import stripe

    payment = paid_one(street, street.enter())
    clerk = street.enter("gustaw", (), "accountant")
    with street.app.app_context(), stripe(street.account) as api:
        api.v1.refunds.create(params={"payment_intent": street.payment(payment, "intent_id"), "amount": 40000})
    street.deliver()
    assert give_back(clerk, payment, "50,01").status_code == 422
    assert give_back(clerk, payment, "50,00", key="b").status_code == 303
    went(street)
    assert street.payment(payment) == "refunded"


def test_a_return_that_the_bank_sends_back_counts_again_and_the_payer_hears_of_it(street: Street) -> None:
    browser, clerk = street.enter(), street.enter("gustaw", (), "accountant")
    payment = paid_one(street, browser)
    give_back(clerk, payment)
    went(street)
    assert letters(street) == ["online_refund"] and street.payment(payment) == "refunded"
    street.double.refund_ends(street.double.every("refund")[0]["id"], failed=True)
    street.deliver()
    street.deliver()
    assert street.rows("SELECT state FROM online_refunds") == [("failed",)]
    assert street.payment(payment) == "paid" and len(street.credits()) == 1
    assert letters(street) == ["online_refund", "online_refund_failed"]
    assert "nie doszedł" in inspect(clerk.get("/admin/"))
    assert (
        "nieudany" in inspect(clerk.get(f"{LIST}/{payment}")) and "Zwroty" not in browser.get(f"{HOME}/{payment}").text
    )
    assert give_back(clerk, payment, key="again").status_code == 303
    assert "nie doszedł" not in inspect(clerk.get("/admin/"))


def test_a_return_that_stripe_never_took_is_told_to_staff_alone(street: Street) -> None:
    payment = paid_one(street, street.enter())
    clerk = street.enter("gustaw", (), "accountant")
    street.double.object(street.payment(payment, "charge_id"))["amount_refunded"] = 45000
    give_back(clerk, payment)
    street.work()
    assert street.rows("SELECT state FROM online_refunds") == [("failed",)] and letters(street) == []
    assert "ta płatność jest już zwrócona" in inspect(clerk.get(f"{LIST}/{payment}"))


@pytest.mark.parametrize("booked", ["450.00", "300.00"])
def test_books_that_hold_all_of_it_or_what_is_left_take_its_place(street: Street, booked: str) -> None:
    from tests.features.imports.doing import take_back

    payment = paid_one(street, street.enter())
    give_back(street.enter("gustaw", (), "accountant"), payment, "150")
    went(street)
    day = street.rows("SELECT paid_on FROM pending_payments WHERE state = 'pending'")[0][0]
    revision = street.publish([RENT, entry(2, "payment", day, "", booked)])
    grosze = int(booked.replace(".", ""))
    assert street.credits() == [("L1", grosze, "online", "booked", "2")]
    take_back(street.app, street.tenant, revision)
    assert street.credits() == [("L1", 30000, "online", "pending", None)]


def test_a_bank_file_that_named_the_payment_still_tells_of_it_when_a_part_went_back(street: Street) -> None:
    from app.core.clock import today
    from app.finances.commands import pending
    from tenants.db import db

    payment = paid_one(street, street.enter())
    reference = street.payment(payment, "reference")
    with street.app.app_context(), bind(street.tenant):
        pending.credit("bank", [pending.Credit("b1", "L1", 45000, today(), f"Wpłata {reference}")])
        pending.settle()
        db.session.commit()
    give_back(street.enter("gustaw", (), "accountant"), payment, "150")
    went(street)
    assert [(source, amount) for _unit, amount, source, _state, _entry in street.credits()] == [("bank", 45000)]


def test_a_dispute_is_shown_to_staff_until_it_is_answered(street: Street) -> None:
    clerk, payment = street.enter("gustaw", (), "accountant"), paid_one(street, street.enter())
    assert "zakwestionował" not in inspect(clerk.get("/admin/"))
    dispute = street.double.dispute(street.payment(payment, "intent_id"))
    assert set(street.deliver(times=2, order=lambda events: list(reversed(events)))) == {200}
    assert street.payment(payment, "dispute, dispute_amount") == ("open", 45000)
    assert "zakwestionował" in inspect(clerk.get("/admin/"))
    assert "Odpowiedz w panelu Stripe" in inspect(clerk.get(f"{LIST}/{payment}"))
    assert payment in inspect(clerk.get(f"{LIST}?show=disputed"))
    assert give_back(clerk, payment).status_code == 409, "Stripe gives nothing back that is disputed"
    assert len(street.credits()) == 1, "until it is decided the payment counts"
    street.double.dispute_ends(dispute, won=True)
    street.deliver()
    assert street.payment(payment, "dispute, dispute_due") == ("won", None)
    assert "zakwestionował" not in inspect(clerk.get("/admin/"))
    assert give_back(clerk, payment).status_code == 303
    acts = street.rows("SELECT action FROM audit_entries WHERE action LIKE 'online_payment.dispute%' ORDER BY id")
    assert acts == [("online_payment.dispute_open",), ("online_payment.dispute_won",)]


def test_a_lost_dispute_counts_no_more_also_when_no_event_came(street: Street) -> None:
    browser, clerk = street.enter(), street.enter("gustaw", (), "accountant")
    payment = paid_one(street, browser)
    dispute = street.double.dispute(street.payment(payment, "intent_id"))
    street.deliver()
    street.double.dispute_ends(dispute, won=False)
    assert street.double.lose() > 0
    with street.app.app_context(), bind(street.tenant):
        assert jobs.ask_if_any()
        work.commit()
    street.work()
    assert street.payment(payment, "dispute") == "lost" and street.credits() == []
    assert "Bank cofnął tę płatność" in inspect(browser.get(f"{HOME}/{payment}"))
    assert "cofnięta przez bank" in inspect(clerk.get(LIST))


def test_a_dispute_of_a_payment_that_is_not_ours_changes_nothing(street: Street) -> None:
    payment = paid_one(street, street.enter())
    street.double.happen("charge.dispute.created", {"id": "du_unknown", "object": "dispute"}, street.account)
    street.double.happen("charge.dispute.created", {"id": "du_unknown", "object": "dispute"}, None)
    assert set(street.deliver()) == {200}
    assert street.payment(payment, "dispute") is None
    assert street.rows("SELECT state FROM jobs WHERE name = 'paying.dispute'") == [("done",)]
