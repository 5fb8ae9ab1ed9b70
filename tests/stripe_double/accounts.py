"""Connected accounts: asked for, filled in by their owner on a hosted page, enabled, cut off."""

from __future__ import annotations

import secrets

from tests.stripe_double.faults import invalid
from tests.stripe_double.world import Call, Object, World, merged, page

_DUE = ["business_profile.url", "external_account", "representative.first_name", "tos_acceptance.date"]


def create(call: Call) -> Object:
    given = call.params
    if ("type" in given) == ("controller" in given):
        raise invalid("Give type or controller, one of them.", "controller")
    made = call.add(
        "acct", "account", business_profile=given.get("business_profile") or {},
        business_type=given.get("business_type"), capabilities=dict.fromkeys(given.get("capabilities", {}), "inactive"),
        charges_enabled=False, controller={"type": "application"} | (given.get("controller") or {}),
        country=given.get("country", "PL"), default_currency="pln", details_submitted=False, email=given.get("email"),
        external_accounts={"object": "list", "data": [], "has_more": False, "url": "/v1/accounts"},
        future_requirements=_requirements([]), metadata=merged(None, given.get("metadata")), payouts_enabled=False,
        requirements=_requirements(_DUE), settings={}, tos_acceptance={"date": None}, type=given.get("type", "none"),
    )  # fmt: skip
    del made["livemode"]
    return made


def _requirements(due: list[str], disabled: str | None = None) -> Object:
    return {
        "alternatives": [], "current_deadline": None, "currently_due": due, "disabled_reason": disabled or (
            "requirements.past_due" if due else None), "errors": [], "eventually_due": due, "past_due": due,
        "pending_verification": [],
    }  # fmt: skip


def get(call: Call) -> Object:
    return call.world.find("account", call.ids[0] if call.ids else call.account, None)


def list_(call: Call) -> Object:
    return page(call, call.world.every("account", None), "/v1/accounts")


def update(call: Call) -> Object:
    found = get(call)
    for key in ("business_profile", "email", "settings"):
        if key in call.params:
            found[key] = call.params[key]
    for key, value in (call.params.get("capabilities") or {}).items():
        ready = "active" if found["charges_enabled"] else "inactive"
        found["capabilities"][key] = ready if value.get("requested") else "unrequested"
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    call.world.emit("account.updated", found, found["id"])
    return found


def delete(call: Call) -> Object:
    found = get(call)
    del call.world.objects[found["id"]]
    return {"id": found["id"], "object": "account", "deleted": True}


def link(call: Call) -> Object:
    account = call.world.find("account", call.params["account"], None)
    for key in ("refresh_url", "return_url"):
        if key not in call.params:
            raise invalid(f"Missing required param: {key}.", key, "parameter_missing")
    token, now = secrets.token_hex(9), call.world.now()
    account.setdefault("_links", {})[token] = {"until": now + 300, **call.params}
    url = f"{call.world.url}/connect/{account['id']}/{token}"
    return {"object": "account_link", "created": now, "expires_at": now + 300, "url": url}


def login_link(call: Call) -> Object:
    account = call.world.find("account", call.ids[0], None)
    if not account["details_submitted"]:
        raise invalid("Cannot create a login link for an account that has not completed onboarding.", None)
    return {"object": "login_link", "created": call.world.now(), "url": f"{call.world.url}/express/{account['id']}"}


def fill_in(world: World, account: Object, *, partly: bool = False) -> None:
    """The owner has answered; `partly`: Stripe still asks for something, and nothing is enabled."""
    account |= {"details_submitted": True, "charges_enabled": not partly, "payouts_enabled": not partly}
    account["requirements"] = _requirements(["individual.verification.document"] if partly else [])
    if not partly:
        account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
        for key in ("card_payments", "transfers"):
            account["capabilities"].setdefault(key, "active")
    world.emit("account.updated", account, account["id"])


def cut_off(world: World, account: Object) -> None:
    """Stripe takes the account out of service."""
    account |= {"charges_enabled": False, "payouts_enabled": False}
    account["requirements"] = _requirements([], "rejected.other")
    world.emit("account.updated", account, account["id"])


def disconnect(world: World, account: Object) -> None:
    """The owner no longer lets the platform act for the account."""
    about = {"id": "ca_double", "object": "application", "name": "Osiedle"}
    world.emit("account.application.deauthorized", about, account["id"])
    account["object"] = "disconnected"


def balance(call: Call) -> Object:
    taken = sum(one["amount"] - one["amount_refunded"] for one in call.world.every("charge", call.account))
    sums = [{"amount": taken, "currency": "pln", "source_types": {"card": taken}}]
    return {"object": "balance", "available": sums, "pending": [], "livemode": False}
