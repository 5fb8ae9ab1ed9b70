"""Checkout: hosted pages for one payment or the start of a subscription."""

from __future__ import annotations

from tests.stripe_double import catalogue, customers, intents, subscriptions
from tests.stripe_double.faults import Fault, invalid
from tests.stripe_double.world import DAY, Call, Object, World, merged, page

METHODS = ("card", "blik", "p24")


def create(call: Call) -> Object:
    given, now = call.params, call.world.now()
    mode = given.get("mode")
    if mode not in ("payment", "subscription"):
        raise invalid("The double knows the modes payment and subscription.", "mode", "parameter_missing")
    if "success_url" not in given and given.get("ui_mode", "hosted_page") == "hosted_page":
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    wrong = {"subscription_data": "payment", "payment_intent_data": "subscription"}
    for key, other in wrong.items():
        if key in given and mode == other:
            raise invalid(f"You can not pass `{key}` in `{other}` mode.", key)
    if "customer" in given:
        call.find("customer", given["customer"])
    expires = given.get("expires_at", now + DAY)
    if not now + 1800 - 60 <= expires <= now + DAY + 60:
        raise invalid("expires_at must be between 30 minutes and 24 hours from now.", "expires_at")
    lines = [_line(call, one, place, mode) for place, one in enumerate(given.get("line_items", ()))]
    if not lines:
        raise invalid("line_items is required.", "line_items", "parameter_missing")
    total = sum(one["amount_total"] for one in lines)
    if mode == "payment" and total < 200:
        raise invalid("The total amount due must be at least 2,00 zł.", "line_items", "amount_too_small")
    free = mode == "subscription" and _trial(given)
    made = call.add(
        "cs_test", "checkout.session", adaptive_pricing=None, after_expiration=None, allow_promotion_codes=None,
        amount_subtotal=sum(one["amount_subtotal"] for one in lines), amount_total=0 if free else total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        billing_address_collection=given.get("billing_address_collection"), cancel_url=given.get("cancel_url"),
        client_reference_id=given.get("client_reference_id"), client_secret=None, currency=lines[0]["currency"],
        custom_fields=[], custom_text={}, customer=given.get("customer"), customer_creation=None,
        customer_details=None, customer_email=given.get("customer_email"), discounts=[], expires_at=expires,
        invoice=None, invoice_creation=None, locale=given.get("locale"), metadata=merged(None, given.get("metadata")),
        mode=mode, payment_intent=None, payment_link=None, payment_method_types=_methods(call, mode),
        payment_method_collection=given.get("payment_method_collection", "always") if free else None,
        payment_status="no_payment_required" if free else "unpaid", phone_number_collection={"enabled": False},
        recovered_from=None, setup_intent=None, shipping_cost=None, shipping_options=[], status="open",
        submit_type=given.get("submit_type"), subscription=None, success_url=given.get("success_url"),
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, ui_mode="hosted_page",
    )  # fmt: skip
    made |= {"url": f"{call.world.url}/pay/{made['id']}", "_given": given, "_lines": lines}
    return made


def _trial(given: Object) -> bool:
    data = given.get("subscription_data") or {}
    return bool(data.get("trial_period_days") or data.get("trial_end"))


def _methods(call: Call, mode: str) -> list[str]:
    """What the payer is offered; kinds that the account may not take are left out silently."""
    if mode == "subscription":
        return ["card"]
    wanted = call.params.get("allowed_payment_method_types", list(METHODS))
    if call.account is None:
        return list(wanted)
    account = call.world.find("account", call.account, None)
    if not account["charges_enabled"]:
        raise invalid("Your account cannot currently make charges.", None, "account_invalid")
    found = [one for one in wanted if account["capabilities"].get(f"{one}_payments") == "active"]
    if not found:
        raise invalid("No valid payment method types for this Checkout Session.", "allowed_payment_method_types")
    return found


def _line(call: Call, given: Object, place: int, mode: str) -> Object:
    quantity = given.get("quantity", 1)
    if "price" in given:
        price = call.find("price", given["price"])
        if (price["recurring"] is not None) != (mode == "subscription"):
            raise invalid(f"The price does not fit mode={mode}.", f"line_items[{place}][price]")
    elif "price_data" in given:
        price = _price_of(call, given["price_data"], place, mode)
    else:
        raise invalid("Missing price or price_data.", f"line_items[{place}]", "parameter_missing")
    amount = catalogue.amount(price, quantity)
    rates = [call.find("tax_rate", one) for one in given.get("tax_rates") or ()]
    if mode == "subscription":
        data = call.params.get("subscription_data") or {}
        rates = rates or [call.find("tax_rate", one) for one in data.get("default_tax_rates") or ()]
    tax = catalogue.tax(rates, amount)
    return {
        "id": f"li_{place}", "object": "item", "amount_discount": 0, "amount_subtotal": amount, "amount_tax": tax,
        "amount_total": amount + tax, "currency": price["currency"], "description": price.get("_name"),
        "discounts": [], "metadata": {}, "price": price, "quantity": quantity,
    }  # fmt: skip


def _price_of(call: Call, data: Object, place: int, mode: str) -> Object:
    name = (data.get("product_data") or {}).get("name")
    if name is None and "product" not in data:
        raise invalid("Missing product or product_data.", f"line_items[{place}][price_data]", "parameter_missing")
    if mode == "subscription" and "recurring" not in data:
        raise invalid("You must pass recurring.", f"line_items[{place}][price_data][recurring]")
    made = catalogue.create_price(Call(call.world, call.account, dict(data)))
    return made | {"_name": name}


def get(call: Call) -> Object:
    found = call.find("checkout.session")
    if found["status"] == "open" and found["expires_at"] <= call.world.now():
        close(call.world, found)
    return found


def list_(call: Call) -> Object:
    found = call.world.every("checkout.session", call.account)
    return page(call, found, "/v1/checkout/sessions", "customer", "payment_intent", "subscription", "status")


def line_items(call: Call) -> Object:
    found = call.find("checkout.session")
    return {"object": "list", "data": found["_lines"], "has_more": False, "url": f"/v1/checkout/sessions/{found['id']}"}


def expire(call: Call) -> Object:
    found = call.find("checkout.session")
    if found["status"] != "open":
        said = 'Only Checkout Sessions with a status in ["open"] can be expired.'
        raise invalid(said, None, "checkout_session_not_open")
    close(call.world, found)
    return found


def close(world: World, found: Object) -> None:
    found |= {"status": "expired", "url": None}
    world.emit("checkout.session.expired", found, world.owner(found["id"]))


def finish(
    world: World, found: Object, method: str, secret: str | None, *, email: str = "", later: bool = False
) -> bool:
    """The payer submits the page; whether it is complete now. Raises `Fault` if it is closed or has no such way."""
    if found["status"] != "open" or found["expires_at"] <= world.now():
        raise Fault(410, "This page is closed.")
    if method not in found["payment_method_types"]:
        raise Fault(400, "This page does not offer that.")
    call = Call(world, world.owner(found["id"]), found["_given"])
    done = (
        _subscribe(call, found, secret, email)
        if found["mode"] == "subscription"
        else _pay(call, found, method, secret, later)
    )
    if not done:
        return False
    found |= {
        "status": "complete",
        "url": None,
        "customer_details": found["customer_details"] or {"email": email or None},
    }
    call.emit("checkout.session.completed", found)
    return True


def _pay(call: Call, found: Object, method: str, secret: str | None, later: bool) -> bool:
    data = call.params.get("payment_intent_data") or {}
    if found["payment_intent"] is None:
        values = {"amount": found["amount_total"], "currency": found["currency"]}
        values["allowed_payment_method_types"] = found["payment_method_types"]
        intent = intents.create(Call(call.world, call.account, values | data))
        found["payment_intent"] = intent["id"]
    intent = call.find("payment_intent", found["payment_intent"])
    paid = intents.attempt(call.world, intent, method, secret, later=later)
    found["payment_status"] = "paid" if paid else "unpaid"
    return paid or later


def bank_says(world: World, found: Object, *, paid: bool) -> None:
    """The bank's answer to a payment that was in progress when the page was complete."""
    intent = world.objects[found["payment_intent"]][1]
    intents.settle(world, intent, paid=paid)
    found["payment_status"] = "paid" if paid else "unpaid"
    word = "async_payment_succeeded" if paid else "async_payment_failed"
    world.emit(f"checkout.session.{word}", found, world.owner(found["id"]))


def _subscribe(call: Call, found: Object, secret: str | None, email: str) -> bool:
    if secret in intents.DECLINED:
        return False
    world = call.world
    if found["customer"] is None:
        address = email or found["customer_email"]
        made = customers.create(Call(world, call.account, {"email": address} if address else {}))
        found["customer"] = made["id"]
    customer = call.find("customer", found["customer"])
    method = None
    if secret:
        card = {"brand": "visa", "last4": secret[-4:], "exp_month": 12, "exp_year": 2034}
        kept = world.add("pm", "payment_method", call.account, type="card", customer=customer["id"], metadata={},
                         billing_details={"address": None, "email": None, "name": None}, card=card)  # fmt: skip
        kept["_fails_later"] = secret == intents.LATER_DECLINED
        method = kept["id"]
    data = dict(call.params.get("subscription_data") or {}) | {"customer": customer["id"]}
    data["items"] = [{"price": one["price"]["id"], "quantity": one["quantity"]} for one in found["_lines"]]
    made = subscriptions.make(call, data, method)
    found |= {"subscription": made["id"], "invoice": made["latest_invoice"]}
    if not _trial(call.params):
        found["payment_status"] = "paid"
    return True
