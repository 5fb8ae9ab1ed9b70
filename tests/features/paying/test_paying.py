"""From the form to the unit's account: asked once, paid once, credited once."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.features.finances.books import entry
from tests.features.paying.street import HOME, RENT, Street, key
from tests.pages import inspect
from tests.town import token


def paid_one(street: Street, browser: Any, amount: str = "") -> str:
    """A payment that is through, events delivered; its public id."""
    payment = street.intend(browser, amount)
    assert street.double.pay(street.go(browser, payment), "blik")
    assert set(street.deliver()) == {200}
    return payment


def test_a_resident_pays_the_balance_and_sees_it_on_its_way(street: Street) -> None:
    browser = street.enter()
    page = inspect(browser.get("/payments"))
    assert "/payments/online" in page and "Zapłać online" in page
    payment = street.intend(browser)
    confirm = browser.get(f"{HOME}/{payment}")
    assert street.double.url in confirm.headers["Content-Security-Policy"]
    shown = inspect(confirm)
    assert "450,00" in shown and "Razem zapłacisz" in shown and "Przejdź do płatności" in shown
    address = street.go(browser, payment)
    assert address.startswith(street.double.url)
    assert street.double.pay(address, "blik")
    assert street.credits() == []
    street.deliver()
    assert street.payment(payment) == "paid"
    assert street.credits() == [("L1", 45000, "online", "pending", None)]
    assert "Dziękujemy, płatność doszła" in inspect(browser.get(f"{HOME}/{payment}?back=done"))
    page = inspect(browser.get("/payments"))
    assert "Wpłaty w drodze" in page and "Płatność internetowa OP" in page
    # what is on its way is not asked for again
    assert "całe saldo" not in inspect(browser.get(HOME))


def test_off_there_is_no_page_and_no_button(street: Street) -> None:
    browser = street.enter()
    payment = paid_one(street, browser, "20,00")
    street.choose(on=False)
    assert "/payments/online" not in browser.get("/payments").get_data(as_text=True)
    assert browser.get(HOME).status_code == 404
    form = browser.get("/settings").get_data(as_text=True)
    assert browser.post(HOME, data={"csrf_token": token(form), "what": "balance"}).status_code == 404
    # who was at the bank when it was switched off still learns what became of the money
    assert browser.get(f"{HOME}/{payment}").status_code == 200


def test_only_who_settles_for_the_unit_can_pay_for_it(street: Street) -> None:
    browser, lodger = street.enter(), street.enter("P2", ("L2",))
    payment = street.intend(browser)
    assert lodger.get(f"{HOME}?unit=L1").status_code == 404
    page = lodger.get(f"{HOME}?unit=L2").get_data(as_text=True)
    answer = lodger.post(f"{HOME}?unit=L1", data={"csrf_token": token(page), "what": "own", "amount": "20"})
    assert answer.status_code == 404
    for path in (f"{HOME}/{payment}", f"{HOME}/{payment}/progress"):
        assert lodger.get(path).status_code == 404
    for deed in ("go", "check"):
        assert lodger.post(f"{HOME}/{payment}/{deed}", data={"csrf_token": token(page)}).status_code == 404
    assert len(street.rows("SELECT id FROM online_payments")) == 1


def test_a_double_click_is_one_payment_and_one_page(street: Street) -> None:
    browser = street.enter()
    page = browser.get(HOME).get_data(as_text=True)
    data = {"csrf_token": token(page), "key": key(page), "what": "balance"}
    first, second = (browser.post(HOME, data=data).headers["Location"] for _click in range(2))
    assert first == second
    payment = first.rsplit("/", 1)[1]
    assert street.go(browser, payment) == street.go(browser, payment)
    assert len(street.double.every("checkout.session")) == 1


def test_the_fee_is_shown_before_and_is_not_credited(street: Street) -> None:
    street.choose(on=True, fee=100, fee_permille=10)
    browser = street.enter()
    page = inspect(browser.get(HOME))
    assert "1,00" in page and "1% kwoty" in page and "karta" not in page.split("Zapłacisz jednym", 1)[1][:200]
    payment = street.intend(browser, "200,00")
    shown = inspect(browser.get(f"{HOME}/{payment}"))
    assert "200,00" in shown and "3,00" in shown and "203,00" in shown
    address = street.go(browser, payment)
    session = street.double.object(address.rsplit("/", 1)[1])
    assert session["amount_total"] == 20300 and "card" not in session["payment_method_types"]
    street.double.pay(address, "blik")
    street.deliver()
    assert street.credits() == [("L1", 20000, "online", "pending", None)]


def test_what_cannot_be_paid_is_refused_at_its_field(street: Street) -> None:
    browser = street.enter()
    page = browser.get(HOME).get_data(as_text=True)
    wrong = {"9,99": "Najmniejsza", "20000": "Największa", "9" * 10_000: "Podaj kwotę"}
    for typed, said in (wrong | dict.fromkeys(("", "dużo", "-5", "1e3", "12,345", "\x1b"), "Podaj kwotę")).items():
        data = {"csrf_token": token(page), "key": "k" * 10_000, "what": "own", "amount": typed}
        answer = browser.post(HOME, data=data)
        assert answer.status_code == 422, typed[:20]
        assert said in inspect(answer), typed[:20]
    assert browser.post(HOME, data=data | {"amount": "\0"}).status_code in (400, 422)
    assert street.rows("SELECT id FROM online_payments") == []


def test_events_that_come_doubled_late_and_out_of_order_credit_once(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.pay(street.go(browser, payment), "p24", later=True)
    street.double.bank_says(street.payment(payment, "session_id"), paid=True)
    street.deliver(order=lambda events: list(reversed(events)), times=3)
    street.work(late=True)
    assert street.credits() == [("L1", 45000, "online", "pending", None)]
    street.double.happen("checkout.session.expired", street.double.every("checkout.session")[0], street.account)
    street.deliver()
    assert street.payment(payment) == "paid"
    assert len(street.credits()) == 1


def test_a_bank_that_answers_later_is_waited_for(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.pay(street.go(browser, payment), "p24", later=True)
    street.deliver()
    assert street.payment(payment) == "processing" and street.credits() == []
    assert "Bank przetwarza" in inspect(browser.get(f"{HOME}/{payment}"))
    again = inspect(browser.get(HOME))
    assert "Bank przetwarza płatność: 450,00" in again and "całe saldo" not in again
    street.double.bank_says(street.payment(payment, "session_id"), paid=False)
    street.deliver()
    assert street.payment(payment) == "failed" and street.credits() == []
    assert "Płatność nie doszła" in inspect(browser.get(f"{HOME}/{payment}"))


def test_an_event_that_never_comes_is_made_up_for(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.pay(street.go(browser, payment), "card")
    assert street.double.lose() > 0
    street.work(late=True)
    assert street.payment(payment) == "paid"
    assert street.credits() == [("L1", 45000, "online", "pending", None)]


def test_coming_back_asks_at_once(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.pay(street.go(browser, payment), "card")
    street.double.lose()
    assert "Czekamy na potwierdzenie" in inspect(browser.get(f"{HOME}/{payment}?back=done"))
    street.work()
    assert street.payment(payment) == "paid"


def test_a_page_that_nobody_pays_on_expires(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.go(browser, payment)
    street.double.advance(hours=2)
    street.work(late=True)
    assert street.payment(payment) == "expired" and street.credits() == []
    assert "wygasła" in inspect(browser.get(f"{HOME}/{payment}"))


def test_killed_between_the_intent_and_the_answer_the_page_is_found_again(street: Street) -> None:
    """The answer of the first call is lost; the same key gives the same page, never a second one."""
    browser = street.enter()
    payment = street.intend(browser)
    page = browser.get(f"{HOME}/{payment}").get_data(as_text=True)
    street.double.faults.once("/v1/checkout/sessions", "lost")
    street.double.faults.once("/v1/checkout/sessions", "lost")
    browser.post(f"{HOME}/{payment}/go", data={"csrf_token": token(page)})
    street.sql("UPDATE online_payments SET session_id = NULL, session_url = NULL, state = 'intended'")
    street.work(late=True)
    assert street.payment(payment) == "created"
    assert len(street.double.every("checkout.session")) == 1
    street.double.pay(street.go(browser, payment), "card")
    street.deliver()
    assert street.credits() == [("L1", 45000, "online", "pending", None)]


def test_the_booked_entry_takes_its_place_and_an_undone_import_gives_it_back(street: Street) -> None:
    from tests.features.imports.doing import take_back

    paid_one(street, street.enter())
    day = street.rows("SELECT paid_on FROM pending_payments")[0][0]
    revision = street.publish([RENT, entry(2, "payment", day, "", "450.00")])
    assert street.credits() == [("L1", 45000, "online", "booked", "2")]
    take_back(street.app, street.tenant, revision)
    assert street.credits() == [("L1", 45000, "online", "pending", None)]


def test_an_event_of_another_managers_account_moves_nothing_here(
    street: Street, new_tenant: Any, tmp_path: Any
) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.pay(street.go(browser, payment), "card")
    street.double.lose()
    other = Street(street.app, new_tenant(), tmp_path, street.double)
    other.connect()
    session = street.double.every("checkout.session")[0]
    street.double.happen("checkout.session.completed", session, other.account)
    street.double.happen("checkout.session.completed", session, "acct_nobody")
    street.double.happen("checkout.session.completed", session, None)
    assert set(street.deliver()) == {200}
    other.work()
    assert street.payment(payment) == "created" and street.credits() == []
    assert other.rows("SELECT count(*) FROM pending_payments") == [(0,)]


def test_other_money_than_was_asked_for_waits_for_a_person(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    address = street.go(browser, payment)
    street.double.pay(address, "card")
    street.double.object(address.rsplit("/", 1)[1])["amount_total"] = 100
    street.deliver()
    assert street.payment(payment, "failure") == "mismatch" and street.credits() == []
    assert "Nie płać drugi raz" in inspect(browser.get(f"{HOME}/{payment}"))


def test_stripe_that_does_not_answer_takes_nothing_and_says_so(street: Street) -> None:
    browser = street.enter()
    payment = street.intend(browser)
    street.double.cut_off(street.account)
    address = street.go(browser, payment)
    assert address == f"{HOME}/{payment}"
    assert "nic nie zostało pobrane" in inspect(browser.get(address))
    street.deliver()
    assert "chwilowo niedostępne" in inspect(browser.get(HOME))


def test_a_bank_file_that_names_the_payment_tells_of_the_same_money(street: Street) -> None:
    from app.core.clock import today
    from app.finances.commands import pending
    from tenants.context import bind
    from tenants.db import db

    payment = paid_one(street, street.enter())
    reference = street.payment(payment, "reference")
    with street.app.app_context(), bind(street.tenant):
        told = pending.Credit("b1", "L1", 45000, today(), f"WPLATA {reference[:4]} {reference[4:]} stripe")
        pending.credit("bank", [told, pending.Credit("b2", "L1", 45000, date(2026, 11, 2), "inna wpłata")])
        pending.settle()
        db.session.commit()
    counted = [(source, state) for _unit, _sum, source, state, _entry in street.credits()]
    assert counted == [("bank", "pending"), ("bank", "pending")]
    with street.app.app_context(), bind(street.tenant):
        pending.withdraw("bank", "b1")
        pending.settle()
        db.session.commit()
    counted = [(source, state) for _unit, _sum, source, state, _entry in street.credits()]
    assert sorted(counted) == [("bank", "pending"), ("online", "pending")]
