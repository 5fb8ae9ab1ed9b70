"""The customer portal: its configuration, its sessions, what the customer does there."""

from __future__ import annotations

from tests.stripe_double import intents
from tests.stripe_double.faults import invalid
from tests.stripe_double.world import Call, Object, World, merged, page


def create_configuration(call: Call) -> Object:
    return call.add(
        "bpc", "billing_portal.configuration", active=True, application=None,
        business_profile=call.params.get("business_profile") or {"headline": None},
        default_return_url=call.params.get("default_return_url"), features=call.params["features"],
        is_default=not call.world.every("billing_portal.configuration", call.account),
        login_page={"enabled": False, "url": None}, metadata=merged(None, call.params.get("metadata")),
        name=call.params.get("name"), updated=call.world.now(),
    )  # fmt: skip


def update_configuration(call: Call) -> Object:
    found = call.find("billing_portal.configuration")
    for key in ("active", "business_profile", "default_return_url", "features", "name"):
        if key in call.params:
            found[key] = call.params[key] if call.params[key] != "" else None
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    return found


def get_configuration(call: Call) -> Object:
    return call.find("billing_portal.configuration")


def list_configurations(call: Call) -> Object:
    found = call.world.every("billing_portal.configuration", call.account)
    return page(call, found, "/v1/billing_portal/configurations", "active", "is_default")


def create_session(call: Call) -> Object:
    customer = call.find("customer", call.params["customer"])
    known = call.world.every("billing_portal.configuration", call.account)
    if "configuration" in call.params:
        chosen = call.find("billing_portal.configuration", call.params["configuration"])
    elif known:
        chosen = known[0]
    else:
        said = "No configuration provided and your test mode default configuration has not been created."
        raise invalid(said, "configuration")
    made = call.add(
        "bps", "billing_portal.session", after_expiration=None, configuration=chosen["id"], customer=customer["id"],
        flow=call.params.get("flow_data"), locale=call.params.get("locale"), on_behalf_of=None,
        return_url=call.params.get("return_url"),
    )  # fmt: skip
    made["url"] = f"{call.world.url}/portal/{made['id']}"
    return made


def act(world: World, session: Object, action: str, card: str) -> None:
    """What the customer does: `cancel` at the end of the period, `keep` after all, `card` for another one."""
    account = world.owner(session["id"])
    mine = [one for one in world.every("subscription", account) if one["customer"] == session["customer"]]
    live = [one for one in mine if one["status"] != "canceled"]
    if action == "card":
        customer = world.objects[session["customer"]][1]
        kept = world.add("pm", "payment_method", account, type="card", customer=customer["id"], metadata={},
                         billing_details={"address": None, "email": None, "name": None, "phone": None},
                         card={"brand": "visa", "last4": card[-4:], "exp_month": 12, "exp_year": 2034})  # fmt: skip
        kept["_fails_later"] = card == intents.LATER_DECLINED
        customer["invoice_settings"]["default_payment_method"] = kept["id"]
        for one in live:
            one["default_payment_method"] = kept["id"]
        world.emit("customer.updated", customer, account)
        return
    for one in live:
        ends = action == "cancel"
        one |= {"cancel_at_period_end": ends, "canceled_at": world.now() if ends else None}
        one["cancel_at"] = one["items"]["data"][0]["current_period_end"] if ends else None
        world.emit("customer.subscription.updated", one, account, cancel_at_period_end=not ends)
