"""Customers and their tax ids."""

from __future__ import annotations

import re

from tests.stripe_double.faults import invalid
from tests.stripe_double.world import Call, Object, merged, page

_PLAIN = ("name", "email", "phone", "description", "address", "shipping", "preferred_locales", "tax_exempt")


def create(call: Call) -> Object:
    made = call.add(
        "cus", "customer", address=None, balance=call.params.get("balance", 0), currency=None, default_source=None,
        delinquent=False, description=None, discount=None, email=None, invoice_prefix="DOUBLE",
        invoice_settings={
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None
        },
        metadata={}, name=None, phone=None, preferred_locales=[], shipping=None, tax_exempt="none", test_clock=None,
    )  # fmt: skip
    try:
        _take(call, made)
        for tax_id in call.params.get("tax_id_data", ()):
            _add_tax_id(call, made, tax_id)
    except Exception:
        del call.world.objects[made["id"]]
        raise
    call.emit("customer.created", made)
    return made


def update(call: Call) -> Object:
    found = call.find("customer")
    _take(call, found)
    call.emit("customer.updated", found)
    return found


def _take(call: Call, found: Object) -> None:
    email = call.params.get("email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise invalid(f"Invalid email address: {email}", "email", "email_invalid")
    for key in _PLAIN:
        if key in call.params:
            found[key] = call.params[key] if call.params[key] != "" else None
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    chosen = call.params.get("invoice_settings") or {}
    for key, value in chosen.items():
        found["invoice_settings"][key] = value if value != "" else None


def get(call: Call) -> Object:
    if call.world.objects.get(call.ids[0], (None, {}))[1].get("object") == "deleted_customer":
        return {"id": call.ids[0], "object": "customer", "deleted": True}
    return call.find("customer")


def delete(call: Call) -> Object:
    from tests.stripe_double import subscriptions

    found = call.find("customer")
    for one in call.world.every("subscription", call.account):
        if one["customer"] == found["id"] and one["status"] != "canceled":
            subscriptions.end(call, one, "cancellation_requested")
    call.emit("customer.deleted", found)
    found["object"] = "deleted_customer"
    return {"id": found["id"], "object": "customer", "deleted": True}


def list_(call: Call) -> Object:
    return page(call, call.world.every("customer", call.account), "/v1/customers", "email")


def create_tax_id(call: Call) -> Object:
    return _add_tax_id(call, call.find("customer"), call.params)


def _add_tax_id(call: Call, customer: Object, given: Object) -> Object:
    kind, value = given["type"], given["value"]
    if kind == "eu_vat" and not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{2,13}", value):
        raise invalid("Invalid value for eu_vat.", "value", "tax_id_invalid")
    if kind == "pl_nip" and not re.fullmatch(r"\d{10}", value):
        raise invalid("Invalid value for pl_nip.", "value", "tax_id_invalid")
    made = call.add(
        "txi", "tax_id", country=value[:2] if kind == "eu_vat" else "PL", customer=customer["id"],
        owner={"type": "customer", "customer": customer["id"]}, type=kind, value=value,
        verification={"status": "pending", "verified_address": None, "verified_name": None},
    )  # fmt: skip
    call.emit("customer.tax_id.created", made)
    return made


def list_tax_ids(call: Call) -> Object:
    customer = call.find("customer")["id"]
    mine = [one for one in call.world.every("tax_id", call.account) if one["customer"] == customer]
    return page(call, mine, f"/v1/customers/{customer}/tax_ids")


def delete_tax_id(call: Call) -> Object:
    found = call.find("tax_id", call.ids[1])
    if found["customer"] != call.ids[0]:
        raise invalid("No such tax id.", "id", "resource_missing")
    del call.world.objects[found["id"]]
    call.emit("customer.tax_id.deleted", found)
    return {"id": found["id"], "object": "tax_id", "deleted": True}
