"""Disputes (chargebacks): the payer's bank takes the money back, the account answers or gives in, the bank decides."""

from __future__ import annotations

from tests.stripe_double.faults import invalid
from tests.stripe_double.world import DAY, Call, Object, World, page

DAYS_TO_ANSWER = 14
_OVER = ("won", "lost", "warning_closed")


def begin(world: World, charge: Object, reason: str = "fraudulent", amount: int | None = None) -> Object:
    """The payer's bank asks the money of a charge back. Raises `Fault` for one that is disputed already."""
    account = world.owner(charge["id"])
    if charge["disputed"]:
        raise invalid("This charge is disputed already.", "charge")
    made = world.add(
        "du", "dispute", account, amount=charge["amount"] if amount is None else amount, balance_transactions=[],
        charge=charge["id"], currency=charge["currency"], enhanced_eligibility_types=[], evidence={},
        evidence_details={
            "due_by": world.now() + DAYS_TO_ANSWER * DAY, "enhanced_eligibility": {}, "has_evidence": False,
            "past_due": False, "submission_count": 0,
        },
        is_charge_refundable=False, metadata={}, payment_intent=charge["payment_intent"],
        payment_method_details={"type": charge["payment_method_details"]["type"]}, reason=reason,
        status="needs_response",
    )  # fmt: skip
    charge["disputed"] = True
    world.emit("charge.dispute.created", made, account)
    world.emit("charge.dispute.funds_withdrawn", made, account)
    return made


def close(world: World, found: Object, *, won: bool) -> None:
    """The bank has decided, or nobody has answered in time."""
    account = world.owner(found["id"])
    found["status"] = "won" if won else "lost"
    if won:
        world.emit("charge.dispute.funds_reinstated", found, account)
    world.emit("charge.dispute.closed", found, account)


def turn(world: World) -> None:
    """Who has not answered in time has lost."""
    for found in world.every("dispute"):
        if found["status"] == "needs_response" and found["evidence_details"]["due_by"] <= world.now():
            found["evidence_details"]["past_due"] = True
            close(world, found, won=False)


def get(call: Call) -> Object:
    return call.find("dispute")


def list_(call: Call) -> Object:
    return page(call, call.world.every("dispute", call.account), "/v1/disputes", "charge", "payment_intent")


def update(call: Call) -> Object:
    found = call.find("dispute")
    if found["status"] in _OVER:
        raise invalid("This dispute is already closed", None, "dispute_already_closed")
    found["evidence"] |= call.params.get("evidence") or {}
    found["evidence_details"]["has_evidence"] = bool(found["evidence"])
    if call.params.get("submit", True):
        found["evidence_details"]["submission_count"] += 1
        found["status"] = "under_review"
    call.emit("charge.dispute.updated", found)
    return found


def give_in(call: Call) -> Object:
    found = call.find("dispute")
    if found["status"] in _OVER:
        raise invalid("This dispute is already closed", None, "dispute_already_closed")
    close(call.world, found, won=False)
    return found
