"""Payment intents, their charges, and refunds.

Cards by number: `4000000000000002` is declined, `…9995` has no money, `…0341` is taken and fails at the next charge;
anything else pays. BLIK takes six digits (`000000` is refused by the bank), Przelewy24 leads to a page of the bank.
"""

from __future__ import annotations

import secrets
from typing import Any

from tests.stripe_double.faults import declined, invalid, missing
from tests.stripe_double.world import Call, Object, World, merged, page

DECLINED = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
}
LATER_DECLINED = "4000000000000341"
_TOKENS = {"pm_card_visa": "4242424242424242", "pm_card_chargeDeclined": "4000000000000002"}


def create(call: Call) -> Object:
    given = call.params
    if given["amount"] < 200 and given["currency"] == "pln":
        raise invalid("Amount must be at least 2.00 zł", "amount", "amount_too_small")
    methods = given.get("allowed_payment_method_types") or ["card", "blik", "p24"]
    made = call.add(
        "pi", "payment_intent", amount=given["amount"], amount_capturable=0, amount_received=0, application=None,
        application_fee_amount=given.get("application_fee_amount"), automatic_payment_methods={"enabled": True},
        canceled_at=None, cancellation_reason=None, capture_method="automatic_async",
        confirmation_method="automatic", currency=given["currency"], customer=given.get("customer"),
        description=given.get("description"), excluded_payment_method_types=None, last_payment_error=None,
        latest_charge=None, metadata=merged(None, given.get("metadata")), next_action=None, on_behalf_of=None,
        payment_method=None, payment_method_types=methods, processing=None,
        receipt_email=given.get("receipt_email"), review=None, setup_future_usage=given.get("setup_future_usage"),
        statement_descriptor=None, statement_descriptor_suffix=given.get("statement_descriptor_suffix"),
        status="requires_payment_method", transfer_data=given.get("transfer_data"),
        transfer_group=given.get("transfer_group"),
    )  # fmt: skip
    made["client_secret"] = f"{made['id']}_secret_{secrets.token_hex(6)}"
    call.emit("payment_intent.created", made)
    return confirm(Call(call.world, call.account, given, (made["id"],))) if given.get("confirm") else made


def get(call: Call) -> Object:
    return call.find("payment_intent")


def list_(call: Call) -> Object:
    return page(call, call.world.every("payment_intent", call.account), "/v1/payment_intents", "customer")


def update(call: Call) -> Object:
    found = call.find("payment_intent")
    if found["status"] in ("succeeded", "canceled", "processing"):
        raise invalid("This PaymentIntent cannot be updated now.", None, "payment_intent_unexpected_state")
    for key in ("amount", "description", "application_fee_amount", "receipt_email", "customer"):
        if key in call.params:
            found[key] = call.params[key] if call.params[key] != "" else None
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    return found


def confirm(call: Call) -> Object:
    """By the API: with one of Stripe's test payment methods, BLIK's code or Przelewy24's bank page."""
    found = call.find("payment_intent")
    data = call.params.get("payment_method_data") or {}
    blik = ((call.params.get("payment_method_options") or {}).get("blik") or {}).get("code")
    method = data.get("type", "card")
    if method == "p24":
        if "return_url" not in call.params:
            raise invalid("A return_url must be provided.", "return_url", "parameter_missing")
        found |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": {
            "url": f"{call.world.url}/bank/{found['id']}", "return_url": call.params["return_url"]}}}  # fmt: skip
        call.emit("payment_intent.requires_action", found)
        return found
    number = _TOKENS.get(call.params.get("payment_method", "pm_card_visa"), "4242424242424242")
    attempt(call.world, found, method, blik if method == "blik" else number)
    if found["last_payment_error"]:
        raise declined(found["last_payment_error"]["code"], found["last_payment_error"].get("decline_code"))
    return found


def attempt(world: World, found: Object, method: str, secret: str | None, *, later: bool = False) -> bool:
    """Try to take the money; whether it came. `later`: the bank tells hours after (`settle`)."""
    account = world.owner(found["id"])
    if found["status"] in ("succeeded", "canceled"):
        raise invalid("This PaymentIntent is closed.", None, "payment_intent_unexpected_state")
    code, reason = DECLINED.get(secret or "", (None, None))
    if method == "blik" and (not secret or len(secret) != 6 or not secret.isdigit() or secret == "000000"):
        code, reason = "payment_method_provider_decline", None
    if method == "p24" and secret == "refused":
        code, reason = "payment_method_provider_decline", None
    if code:
        error: Object = {"type": "card_error", "code": code, "message": "The payment was declined."}
        error |= {"decline_code": reason} if reason else {}
        found |= {"last_payment_error": error, "status": "requires_payment_method", "next_action": None}
        world.emit("payment_intent.payment_failed", found, account)
        return False
    kept = world.add(
        "pm", "payment_method", account, type=method, customer=found["customer"], metadata={},
        billing_details={"address": None, "email": None, "name": None, "phone": None},
        **({"card": {"brand": "visa", "last4": (secret or "4242")[-4:], "exp_month": 12, "exp_year": 2034}}
           if method == "card" else {method: {}}),
    )  # fmt: skip
    kept["_fails_later"] = secret == LATER_DECLINED
    found |= {"payment_method": kept["id"], "last_payment_error": None, "next_action": None, "status": "processing"}
    if later:
        world.emit("payment_intent.processing", found, account)
        return False
    settle(world, found)
    return True


def settle(world: World, found: Object, *, paid: bool = True) -> None:
    """What the bank said of a payment in progress."""
    account = world.owner(found["id"])
    if not paid:
        error = {"type": "card_error", "code": "payment_method_provider_decline", "message": "The bank refused."}
        found |= {"last_payment_error": error, "status": "requires_payment_method"}
        world.emit("payment_intent.payment_failed", found, account)
        return
    method = world.objects[found["payment_method"]][1]
    charge = world.add(
        "ch", "charge", account, amount=found["amount"], amount_captured=found["amount"], amount_refunded=0,
        application_fee_amount=found["application_fee_amount"], balance_transaction=None, captured=True,
        currency=found["currency"], customer=found["customer"], description=found["description"], disputed=False,
        billing_details=method["billing_details"], failure_code=None, failure_message=None,
        metadata=dict(found["metadata"]), paid=True, payment_intent=found["id"], payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: {}}, refunded=False, status="succeeded",
        receipt_email=found["receipt_email"], receipt_url=None, transfer_group=found["transfer_group"],
    )  # fmt: skip
    found |= {"status": "succeeded", "amount_received": found["amount"], "latest_charge": charge["id"]}
    world.emit("charge.succeeded", charge, account)
    world.emit("payment_intent.succeeded", found, account)


def cancel(call: Call) -> Object:
    found = call.find("payment_intent")
    if found["status"] in ("succeeded", "canceled"):
        said = f"You cannot cancel this PaymentIntent because it has a status of {found['status']}."
        raise invalid(said, None, "payment_intent_unexpected_state")
    found |= {"status": "canceled", "canceled_at": call.world.now()}
    found["cancellation_reason"] = call.params.get("cancellation_reason")
    call.emit("payment_intent.canceled", found)
    return found


def get_charge(call: Call) -> Object:
    return call.find("charge")


def get_payment_method(call: Call) -> Object:
    return call.find("payment_method")


def attach(call: Call) -> Object:
    """Keep one of Stripe's test cards for a customer: each time another method, as with the tokens of the real one."""
    number = _TOKENS.get(call.ids[0])
    if number is None:
        raise missing("payment_method", call.ids[0])
    customer = call.find("customer", call.params.get("customer"))
    card = {"brand": "visa", "last4": number[-4:], "exp_month": 12, "exp_year": 2034}
    kept = call.add(
        "pm", "payment_method", type="card", customer=customer["id"], metadata={}, card=card,
        billing_details={"address": None, "email": None, "name": None, "phone": None},
    )  # fmt: skip
    kept["_fails_later"] = number == LATER_DECLINED
    return kept


def list_charges(call: Call) -> Object:
    return page(call, call.world.every("charge", call.account), "/v1/charges", "customer", "payment_intent")


def create_refund(call: Call) -> Object:
    charge = _charge_of(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = call.params.get("amount", left)
    if charge["disputed"] and not _won(call.world, charge):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", None, "charge_disputed")
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    if not 0 < amount <= left:
        said = "Refund amount is greater than unrefunded amount on charge."
        raise invalid(said, "amount", "refund_amount_exceeds_charge" if amount > 0 else None)
    made = call.add(
        "re", "refund", amount=amount, balance_transaction=None, charge=charge["id"], currency=charge["currency"],
        failure_reason=None, metadata=merged(None, call.params.get("metadata")),
        payment_intent=charge["payment_intent"], reason=call.params.get("reason"), receipt_number=None,
        status="pending" if charge["payment_method_details"]["type"] == "p24" else "succeeded",
    )  # fmt: skip
    del made["livemode"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.emit("refund.created", made)
    call.emit("charge.refunded", charge)
    return made


def _won(world: World, charge: Object) -> bool:
    return all(one["status"] == "won" for one in world.every("dispute") if one["charge"] == charge["id"])


def _charge_of(call: Call) -> Object:
    if "charge" in call.params:
        return call.find("charge", call.params["charge"])
    if "payment_intent" not in call.params:
        raise invalid("One of the following params should be provided: payment_intent or charge.", "charge")
    intent = call.find("payment_intent", call.params["payment_intent"])
    if not intent["latest_charge"]:
        said = "This PaymentIntent does not have a successful charge to refund."
        raise invalid(said, "payment_intent", "payment_intent_unexpected_state")
    return call.find("charge", intent["latest_charge"])


def settle_refund(world: World, refund: Object, *, failed: bool = False) -> None:
    """The bank took the refund, or sent it back."""
    account = world.owner(refund["id"])
    refund["status"] = "failed" if failed else "succeeded"
    if failed:
        refund["failure_reason"] = "declined"
        charge: dict[str, Any] = world.objects[refund["charge"]][1]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
    world.emit("refund.failed" if failed else "refund.updated", refund, account)


def get_refund(call: Call) -> Object:
    return call.find("refund")


def list_refunds(call: Call) -> Object:
    return page(call, call.world.every("refund", call.account), "/v1/refunds", "charge", "payment_intent")
