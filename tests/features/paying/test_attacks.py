"""Whose a payment is, and which money a form that is sent twice stands for."""

from __future__ import annotations

from typing import Any

from tests.features.paying.street import HOME, Street, key
from tests.town import token


def send(street: Street, browser: Any, page: str, amount: str) -> Any:
    fields = {"csrf_token": token(page), "key": key(page), "what": "own", "amount": amount}
    return browser.post(f"{HOME}?unit=L1", data=fields)


def test_a_form_sent_again_with_another_amount_is_not_answered_with_the_first_payment(street: Street) -> None:
    browser = street.enter()
    page = browser.get(f"{HOME}?unit=L1").get_data(as_text=True)
    first = send(street, browser, page, "10,00")
    assert send(street, browser, page, "10,00").headers["Location"] == first.headers["Location"], "the control"
    other = send(street, browser, page, "250,00")
    assert other.status_code == 409
    assert street.rows("SELECT amount FROM online_payments") == [(1_000,)]
    said = other.get_data(as_text=True)
    assert key(said) != key(page), "what is sent from here is a payment of its own"
    assert send(street, browser, said, "250,00").status_code == 303
    assert street.rows("SELECT amount FROM online_payments ORDER BY id") == [(1_000,), (25_000,)]


def test_a_payment_does_not_exist_for_another_resident_even_of_the_same_unit(street: Street) -> None:
    payer, other = street.enter(), street.enter("P2", ("L1", "L2"))
    payment = street.intend(payer)
    csrf = token(other.get(f"{HOME}?unit=L2").get_data(as_text=True))
    assert other.get(f"{HOME}/{payment}").status_code == 404
    assert other.get(f"{HOME}/{payment}/progress").status_code == 404
    for step in ("go", "check"):
        assert other.post(f"{HOME}/{payment}/{step}", data={"csrf_token": csrf}).status_code == 404
    assert payer.get(f"{HOME}/{payment}").status_code == 200, "the control"
    assert street.payment(payment) == "intended"
