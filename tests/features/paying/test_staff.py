"""What staff do: connect the account, set the rules, look at payments, give one back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.finances.books import House, entry
from tests.features.paying.street import HOME, RENT, Street
from tests.features.paying.test_paying import paid_one
from tests.pages import inspect
from tests.town import token

RULES, LIST = "/admin/payments-online", "/admin/online-payments"
CHOSEN = {"on": "y", "least": "10,00", "most": "5000", "fee": "0", "fee_percent": "0"}


def send(browser: Any, page: str, path: str, **data: str) -> Any:
    return browser.post(path, data={"csrf_token": token(browser.get(page).get_data(as_text=True)), **data})


def give_back(browser: Any, payment: str, amount: str = "450,00", reason: str = "pomyłka", key: str = "k1") -> Any:
    """Staff give something back; `key` is the form's."""
    path = f"{LIST}/{payment}/refund"
    return send(browser, "/settings", path, amount=amount, reason=reason, key=key)


def test_without_a_key_the_page_says_so_and_residents_see_nothing(app: Any, tenant: Any, tmp_path: Any) -> None:
    house = House(app, tenant, tmp_path)
    house.publish([RENT])
    admin, browser = house.enter("szef", (), "admin"), house.enter()
    assert "nie są skonfigurowane" in inspect(admin.get(RULES))
    assert send(admin, "/settings", f"{RULES}/connect").status_code == 404
    assert browser.get(HOME).status_code == 404
    assert HOME not in inspect(browser.get("/payments"))


def test_a_manager_opens_an_account_and_only_then_switches_on(
    app: Any, tenant: Any, tmp_path: Any, double: Any
) -> None:
    street = Street(app, tenant, tmp_path, double)
    street.publish([RENT])
    admin = street.enter("szef", (), "admin")
    refused = send(admin, RULES, RULES, **CHOSEN)
    assert refused.status_code == 422 and "Najpierw dokończ" in inspect(refused)
    first, second = (send(admin, RULES, f"{RULES}/connect") for _click in range(2))
    assert first.headers["Location"].startswith(f"{double.url}/connect/")
    assert second.status_code == 303 and len(double.every("account")) == 1
    street.account = double.every("account")[0]["id"]
    double.onboard(street.account, partly=True)
    street.deliver()
    assert "czeka na dane" in inspect(admin.get(RULES))
    double.onboard(street.account)
    double.lose()
    # the event is lost: whoever comes back has the account looked at
    inspect(admin.get(f"{RULES}?back=stripe"))
    street.work()
    assert "gotowe" in inspect(admin.get(RULES))
    assert send(admin, RULES, RULES, **CHOSEN).status_code == 303
    assert "Zapłać online" in inspect(street.enter().get(HOME))


@pytest.mark.parametrize(
    ("field", "typed"),
    [("least", "1,99"), ("most", "9"), ("fee", "11"), ("fee", "-1"), ("fee_percent", "3,1"), ("fee_percent", "1,25"),
     ("least", "dużo"), ("most", "9" * 10_000)],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused_at_their_field(app: Any, field: str, typed: str) -> None:
    from app.core.errors import Refused
    from app.paying import configuration, rules
    from app.paying.forms import RulesForm

    form = RulesForm(data=CHOSEN | {field: typed})
    with app.test_request_context(), pytest.raises(Refused) as refusal:
        rules.checked(configuration._chosen(form))
    assert refusal.value.field == field


def test_a_payment_is_given_back_once_and_counts_no_more(street: Street) -> None:
    browser, clerk = street.enter(), street.enter("gustaw", (), "accountant")
    payment = paid_one(street, browser)
    here = f"{LIST}/{payment}"
    assert "450,00" in inspect(clerk.get(LIST)) and "w drodze do ksiąg" in inspect(clerk.get(LIST))
    assert 'value="450,00"' in inspect(clerk.get(here)), "all that is left is offered"
    assert give_back(clerk, payment, reason=" ").status_code == 422
    assert give_back(clerk, payment, reason="Wpłata za inny lokal").status_code == 303
    assert give_back(clerk, payment).status_code == 303, "the same form again is the same return"
    assert give_back(clerk, payment, "1,00").status_code == 409, "the same form with another amount is not"
    assert give_back(clerk, payment, "1,00", key="k2").status_code == 409, "nothing is left"
    street.work()
    street.deliver()
    assert len(street.double.every("refund")) == 1
    assert street.payment(payment) == "refunded" and street.credits() == []
    assert street.rows("SELECT state FROM online_refunds") == [("done",)]
    assert "Płatność została zwrócona" in inspect(browser.get(f"{HOME}/{payment}"))
    assert "Wpłaty w drodze" not in inspect(browser.get("/payments"))
    assert give_back(clerk, payment, key="k3").status_code == 409


def test_a_return_after_the_books_have_it_leaves_the_entry_in_its_place(street: Street) -> None:
    from tests.features.imports.doing import take_back

    payment = paid_one(street, street.enter())
    clerk = street.enter("gustaw", (), "accountant")
    day = street.rows("SELECT paid_on FROM pending_payments")[0][0]
    revision = street.publish([RENT, entry(2, "payment", day, "", "450.00")])
    give_back(clerk, payment)
    street.work()
    street.deliver()
    assert street.payment(payment) == "refunded"
    assert street.credits() == [("L1", 45000, "online", "booked", "2")]
    take_back(street.app, street.tenant, revision)
    assert street.credits() == [], "money that went back is not on its way when the import is undone"


def test_a_lost_answer_to_a_return_is_asked_for_again_under_its_key(street: Street) -> None:
    payment = paid_one(street, street.enter())
    give_back(street.enter("gustaw", (), "accountant"), payment)
    street.double.faults.once("/v1/refunds", "lost")
    street.double.faults.once("/v1/refunds", "lost")
    street.work()
    street.work(late=True)
    street.deliver()
    assert len(street.double.every("refund")) == 1 and street.payment(payment) == "refunded"


def test_staff_without_the_right_find_no_page(street: Street) -> None:
    payment = paid_one(street, street.enter())
    for login, role in (("hanna", "clerk"), ("irena", "board")):
        browser = street.enter(login, (), role)
        for path in (RULES, LIST, f"{LIST}/{payment}", f"{LIST}/paid.csv"):
            assert browser.get(path).status_code == 404, (login, path)
        assert send(browser, "/settings", f"{LIST}/{payment}/refund", reason="x").status_code == 404
    assert street.rows("SELECT id FROM online_refunds") == []


def test_accounting_takes_away_what_was_paid(street: Street) -> None:
    payment = paid_one(street, street.enter(), "123,45")
    clerk = street.enter("gustaw", (), "accountant")
    table = clerk.get(f"{LIST}/paid.csv?from=2020-01-01&to=2099-12-31").get_data().decode("utf-8-sig")
    assert street.payment(payment, "reference") in table and "123,45" in table
    for query in ("?from=x&to=9999999", "?from=0001-01-01&to=9999-12-31"):
        assert clerk.get(f"{LIST}/paid.csv{query}").status_code == 200
    for query in ("?show=paid&q=l1", "?show=x&page=-1", "?q=" + "x" * 10_000, "?q=%00"):
        assert clerk.get(f"{LIST}{query}").status_code in (200, 400), query


def test_what_is_given_back_in_stripes_own_panel_is_noticed(street: Street) -> None:
    from app.gateways.payments.client import stripe

    payment = paid_one(street, street.enter())
    intent = street.payment(payment, "intent_id")

    def back(amount: int) -> None:
        with street.app.app_context(), stripe(street.account) as api:
            api.v1.refunds.create(params={"payment_intent": intent, "amount": amount})
        street.deliver()

    back(15000)
    assert street.payment(payment, "state, refunded") == ("paid", 15000)
    assert street.credits() == [("L1", 30000, "online", "pending", None)]
    back(30000)
    assert street.payment(payment) == "refunded" and street.credits() == []
