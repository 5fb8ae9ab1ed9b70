"""Invoices: drawn up by subscriptions, finalised, collected from the customer's payment method, tried again."""

from __future__ import annotations

from tests.stripe_double import catalogue, intents
from tests.stripe_double.faults import declined, invalid
from tests.stripe_double.world import DAY, Call, Object, World, merged, page

TRIES_AFTER_DAYS = (3, 5, 7)


def line(
    price: Object, quantity: int, amount: int, period: tuple[int, int], item: Object, *, part: bool = False
) -> Object:
    """One line; `part`: a proration."""
    return {
        "amount": amount, "currency": price["currency"], "description": price["nickname"], "discount_amounts": [],
        "discountable": not part, "discounts": [], "livemode": False, "metadata": {}, "object": "line_item",
        "parent": {"type": "subscription_item_details", "invoice_item_details": None, "subscription_item_details": {
            "invoice_item": None, "proration": part, "proration_details": None, "subscription": item["subscription"],
            "subscription_item": item["id"]}},
        "period": {"start": period[0], "end": period[1]}, "quantity": quantity, "subtotal": amount, "taxes": [],
        "pricing": {"type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
                    "unit_amount_decimal": None},
    }  # fmt: skip


def preview(world: World, subscription: Object, lines: list[Object], reason: str) -> Object:
    """The invoice as it would be, not kept."""
    account = world.owner(subscription["customer"])
    customer = world.objects[subscription["customer"]][1]
    rates = subscription.get("default_tax_rates") or []
    subtotal = sum(one["amount"] for one in lines)
    tax = catalogue.tax(rates, subtotal)
    taxes = [
        {"amount": tax, "tax_behavior": "exclusive", "taxable_amount": subtotal, "type": "tax_rate_details",
         "tax_rate_details": {"tax_rate": rate["id"]}} for rate in rates[:1]
    ]  # fmt: skip
    mine = [one for one in world.every("tax_id", account) if one["customer"] == customer["id"]]
    ends = [one["period"]["end"] for one in lines] or [world.now()]
    return {
        "object": "invoice", "created": world.now(), "livemode": False, "account_country": "PL", "amount_due": 0,
        "amount_paid": 0, "amount_remaining": 0, "amount_overpaid": 0, "amount_shipping": 0, "attempt_count": 0,
        "attempted": False, "auto_advance": True, "billing_reason": reason,
        "automatic_tax": subscription["automatic_tax"], "collection_method": subscription["collection_method"],
        "currency": subscription["currency"], "customer": customer["id"], "customer_address": customer["address"],
        "customer_email": customer["email"], "customer_name": customer["name"],
        "customer_tax_ids": [{"type": one["type"], "value": one["value"]} for one in mine],
        "default_payment_method": None, "default_tax_rates": rates, "description": None, "discounts": [],
        "due_date": None, "effective_at": None, "footer": None, "from_invoice": None, "hosted_invoice_url": None,
        "invoice_pdf": None, "last_finalization_error": None, "latest_revision": None,
        "lines": {"object": "list", "data": lines, "has_more": False, "url": "/v1/invoices/lines"},
        "metadata": {}, "next_payment_attempt": None, "number": None, "on_behalf_of": None,
        "parent": {"type": "subscription_details", "quote_details": None, "subscription_details": {
            "subscription": subscription.get("id"), "metadata": subscription["metadata"],
            "subscription_proration_date": None}},
        "period_start": world.now(), "period_end": max(ends), "starting_balance": 0, "ending_balance": None,
        "status": "draft", "status_transitions": {
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
        "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "total": subtotal + tax,
        "total_excluding_tax": subtotal, "total_discount_amounts": [],
        "total_taxes": taxes,
    }  # fmt: skip


def draw(world: World, subscription: Object, lines: list[Object], reason: str) -> Object:
    """A finalised invoice of the subscription, paid where there is nothing to pay; negative totals become credit."""
    account = world.owner(subscription["id"])
    values = preview(world, subscription, lines, reason)
    for key in ("object", "created", "livemode"):
        values.pop(key)
    made = world.add("in", "invoice", account, **values)
    for one in lines:
        one["id"], one["invoice"] = f"il_{made['id'][3:]}{lines.index(one)}", made["id"]
    subscription["latest_invoice"] = made["id"]
    world.emit("invoice.created", made, account)
    customer = world.objects[subscription["customer"]][1]
    due = made["total"] + customer["balance"]
    customer["balance"] = min(0, due)
    count = sum(1 for one in world.every("invoice", account) if one["number"])
    made |= {
        "status": "open", "number": f"DOUBLE-{count + 1:04d}", "amount_due": max(0, due),
        "amount_remaining": max(0, due), "effective_at": world.now(),
        "hosted_invoice_url": f"{world.url}/invoice/{made['id']}",
        "invoice_pdf": f"{world.url}/invoice/{made['id']}/pdf",
    }  # fmt: skip
    made["status_transitions"]["finalized_at"] = world.now()
    world.emit("invoice.finalized", made, account)
    if made["amount_due"] == 0:
        paid(world, made)
    return made


def collect(world: World, invoice: Object) -> bool:
    """One try to take the money; whether the invoice is paid now."""
    if invoice["status"] != "open":
        return invoice["status"] == "paid"
    account = world.owner(invoice["id"])
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    method = _method(world, invoice)
    if method is None or method.get("_fails_later"):
        tries = invoice["attempt_count"] - 1
        wait = TRIES_AFTER_DAYS[tries] * DAY if tries < len(TRIES_AFTER_DAYS) else None
        invoice["next_payment_attempt"] = world.now() + wait if wait else None
        world.emit("invoice.payment_failed", invoice, account)
        _tell_subscription(world, invoice, "past_due")
        return False
    values = {"amount": invoice["amount_due"], "currency": invoice["currency"], "customer": invoice["customer"]}
    if values["amount"] >= 200:
        intent = intents.create(Call(world, account, values))
        intent |= {"payment_method": method["id"]}
        intents.settle(world, intent)
    paid(world, invoice)
    return True


def _method(world: World, invoice: Object) -> Object | None:
    subscription = _subscription(world, invoice)
    chosen = subscription.get("default_payment_method") if subscription else None
    customer = world.objects[invoice["customer"]][1]
    chosen = chosen or customer["invoice_settings"]["default_payment_method"]
    return world.objects[chosen][1] if chosen in world.objects else None


def _subscription(world: World, invoice: Object) -> Object | None:
    wanted = ((invoice["parent"] or {}).get("subscription_details") or {}).get("subscription")
    return world.objects[wanted][1] if wanted in world.objects else None


def _tell_subscription(world: World, invoice: Object, status: str) -> None:
    found = _subscription(world, invoice)
    if (
        found is None
        or found["status"] in (status, "canceled", "incomplete_expired")
        or found["latest_invoice"] != invoice["id"]
    ):
        return
    if status == "active" and found["status"] == "trialing":
        return
    if status == "past_due" and found["status"] == "incomplete":
        return
    before, found["status"] = found["status"], status
    world.emit("customer.subscription.updated", found, world.owner(found["id"]), status=before)


def paid(world: World, invoice: Object, *, outside: bool = False) -> None:
    account = world.owner(invoice["id"])
    invoice |= {"status": "paid", "amount_paid": 0 if outside else invoice["amount_due"], "amount_remaining": 0}
    invoice |= {"next_payment_attempt": None, "attempted": True}
    invoice["status_transitions"]["paid_at"] = world.now()
    world.emit("invoice.paid", invoice, account)
    if not outside and invoice["amount_due"]:
        world.emit("invoice.payment_succeeded", invoice, account)
    _tell_subscription(world, invoice, "active")


def get(call: Call) -> Object:
    return call.find("invoice")


def list_(call: Call) -> Object:
    found = call.world.every("invoice", call.account)
    wanted = call.params.get("subscription")
    if wanted:
        found = [one for one in found if (_subscription(call.world, one) or {}).get("id") == wanted]
    return page(call, found, "/v1/invoices", "customer", "status", "collection_method")


def pay(call: Call) -> Object:
    found = call.find("invoice")
    if found["status"] not in ("open", "uncollectible"):
        raise invalid("Invoice is already paid or closed.", None, "invoice_not_editable")
    if call.params.get("paid_out_of_band"):
        paid(call.world, found, outside=True)
    elif not collect(call.world, found):
        raise declined()
    return found


def void(call: Call) -> Object:
    found = call.find("invoice")
    if found["status"] not in ("open", "uncollectible"):
        raise invalid("You can only pass in open invoices.", None, "invoice_not_editable")
    found |= {"status": "void", "amount_remaining": 0, "next_payment_attempt": None}
    found["status_transitions"]["voided_at"] = call.world.now()
    call.emit("invoice.voided", found)
    return found


def mark_uncollectible(call: Call) -> Object:
    found = call.find("invoice")
    if found["status"] != "open":
        raise invalid("You can only pass in open invoices.", None, "invoice_not_editable")
    found |= {"status": "uncollectible", "next_payment_attempt": None}
    found["status_transitions"]["marked_uncollectible_at"] = call.world.now()
    call.emit("invoice.marked_uncollectible", found)
    return found


def update(call: Call) -> Object:
    found = call.find("invoice")
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    if "auto_advance" in call.params:
        found["auto_advance"] = call.params["auto_advance"]
    call.emit("invoice.updated", found)
    return found
