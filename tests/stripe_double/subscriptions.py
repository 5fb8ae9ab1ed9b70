"""Subscriptions: trial → active → past due → canceled, their items, proration, renewals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.stripe_double import catalogue, disputes, invoices
from tests.stripe_double.faults import invalid
from tests.stripe_double.world import DAY, Call, Object, World, merged, page

LIVE = ("trialing", "active", "past_due", "unpaid", "incomplete", "paused")


def make(call: Call, given: Object, method: str | None) -> Object:
    """A subscription of what is in `given`: customer, items, trial_end or trial_period_days, metadata, tax rates."""
    world, now = call.world, call.world.now()
    call.find("customer", given["customer"])
    trial_end = given.get("trial_end") if given.get("trial_end") != "now" else None
    if given.get("trial_period_days"):
        trial_end = now + given["trial_period_days"] * DAY
    rates = [call.find("tax_rate", one) for one in given.get("default_tax_rates") or ()]
    settings = given.get("trial_settings") or {"end_behavior": {"missing_payment_method": "create_invoice"}}
    made = call.add(
        "sub", "subscription", application=None, application_fee_percent=None, customer=given["customer"],
        automatic_tax={"enabled": bool((given.get("automatic_tax") or {}).get("enabled")), "disabled_reason": None,
                       "liability": None},
        billing_cycle_anchor=trial_end or now, billing_mode={"type": "flexible"}, billing_thresholds=None,
        cancel_at=None, cancel_at_period_end=False, canceled_at=None, cancellation_details=_reason(None),
        collection_method=given.get("collection_method", "charge_automatically"), currency="pln", days_until_due=None,
        default_payment_method=method, default_source=None, default_tax_rates=rates,
        description=given.get("description"), discounts=[], ended_at=None, latest_invoice=None,
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        metadata=merged(None, given.get("metadata")), next_pending_invoice_item_invoice=None, on_behalf_of=None,
        pause_collection=None, payment_settings=None, pending_invoice_item_interval=None, pending_setup_intent=None,
        pending_update=None, schedule=None, start_date=now, status="incomplete", test_clock=None, transfer_data=None,
        trial_end=trial_end, trial_settings=settings, trial_start=now if trial_end else None,
    )  # fmt: skip
    made["_waiting"] = []
    made["items"] = {"object": "list", "has_more": False, "url": f"/v1/subscription_items?subscription={made['id']}",
                     "data": [_item(call, made, one, place) for place, one in enumerate(given["items"])]}  # fmt: skip
    made["currency"] = made["items"]["data"][0]["price"]["currency"]
    _period(made, now, trial_end or _next(made, now))
    made["status"] = "trialing" if trial_end else "incomplete"
    call.emit("customer.subscription.created", made)
    first = invoices.draw(world, made, _lines(made, free=bool(trial_end)), "subscription_create")
    if first["status"] == "open" and made["collection_method"] == "charge_automatically":
        invoices.collect(world, first)
    return made


def _reason(reason: str | None) -> Object:
    return {"comment": None, "feedback": None, "reason": reason}


def _item(call: Call, subscription: Object, given: Object, place: int) -> Object:
    if "price" not in given:
        raise invalid(f"Missing required param: items[{place}][price].", f"items[{place}][price]", "parameter_missing")
    price = call.find("price", given["price"])
    if not price["active"]:
        raise invalid("The price specified is inactive.", f"items[{place}][price]", "price_inactive")
    if price["recurring"] is None:
        raise invalid("The price specified is not recurring.", f"items[{place}][price]")
    return call.add(
        "si", "subscription_item", billing_thresholds=None, discounts=[], metadata=merged(None, given.get("metadata")),
        price=price, quantity=given.get("quantity", 1), subscription=subscription["id"], tax_rates=[],
        current_period_start=0, current_period_end=0,
    )  # fmt: skip


def _period(found: Object, start: int, end: int) -> None:
    for item in found["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end}


def _next(found: Object, start: int) -> int:
    """A period later; on the last day of shorter months."""
    recurring = found["items"]["data"][0]["price"]["recurring"]
    if recurring["interval"] in ("day", "week"):
        return start + recurring["interval_count"] * DAY * (7 if recurring["interval"] == "week" else 1)
    months = recurring["interval_count"] * (12 if recurring["interval"] == "year" else 1)
    moment = datetime.fromtimestamp(start, UTC)
    anchor = datetime.fromtimestamp(found["billing_cycle_anchor"], UTC).day
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (anchor, 30, 29, 28):
        try:
            return int(moment.replace(year=year, month=month + 1, day=min(day, anchor)).timestamp())
        except ValueError:
            continue
    raise AssertionError("no such day")


def _lines(found: Object, *, free: bool = False) -> list[Object]:
    lines = []
    for item in found["items"]["data"]:
        amount = 0 if free else catalogue.amount(item["price"], item["quantity"])
        span = (item["current_period_start"], item["current_period_end"])
        lines.append(invoices.line(item["price"], item["quantity"], amount, span, item))
    return lines


def create(call: Call) -> Object:
    return make(call, call.params, call.params.get("default_payment_method"))


def get(call: Call) -> Object:
    return call.find("subscription")


def list_(call: Call) -> Object:
    found, wanted = call.world.every("subscription", call.account), call.params.get("status")
    if wanted is None:
        found = [one for one in found if one["status"] != "canceled"]
    elif wanted != "all":
        found = [one for one in found if one["status"] == wanted]
    return page(call, found, "/v1/subscriptions", "customer", "collection_method")


def update(call: Call) -> Object:
    found, given = call.find("subscription"), call.params
    if found["status"] in ("canceled", "incomplete_expired"):
        said = "A canceled subscription can only update its cancellation_details and metadata."
        raise invalid(said, None, "resource_missing")
    before = {key: found[key] for key in ("status", "cancel_at_period_end", "trial_end", "metadata")}
    was, turned = [(item["price"]["id"], item["quantity"]) for item in found["items"]["data"]], _interval(found)
    for place, one in enumerate(given.get("items", ())):
        _change(call, found, one, place)
    changed = was != [(item["price"]["id"], item["quantity"]) for item in found["items"]["data"]]
    if "cancel_at_period_end" in given:
        ends = given["cancel_at_period_end"]
        found |= {"cancel_at_period_end": ends, "canceled_at": call.world.now() if ends else None}
        found["cancel_at"] = found["items"]["data"][0]["current_period_end"] if ends else None
        found["cancellation_details"] = _reason("cancellation_requested" if ends else None)
    for key in ("default_payment_method", "description", "collection_method", "trial_settings", "pause_collection"):
        if key in given:
            found[key] = given[key] if given[key] != "" else None
    if "default_tax_rates" in given:
        found["default_tax_rates"] = [call.find("tax_rate", one) for one in given["default_tax_rates"] or ()]
    found["metadata"] = merged(found["metadata"], given.get("metadata"))
    call.emit("customer.subscription.updated", found, **{k: v for k, v in before.items() if found[k] != v})
    if _interval(found) != turned and found["status"] in ("active", "past_due"):
        _turn_now(call.world, found)
    elif changed and given.get("proration_behavior") == "always_invoice" and found["status"] != "trialing":
        lines, found["_waiting"] = found["_waiting"], []
        invoices.collect(call.world, invoices.draw(call.world, found, lines, "subscription_update"))
    if given.get("trial_end") == "now" and found["status"] == "trialing":
        _trial_is_over(call.world, found)
    elif isinstance(given.get("trial_end"), int):
        found |= {"trial_end": given["trial_end"]}
        _period(found, found["items"]["data"][0]["current_period_start"], given["trial_end"])
    return found


def _interval(found: Object) -> list[str]:
    return [item["price"]["recurring"]["interval"] for item in found["items"]["data"]]


def _turn_now(world: World, found: Object) -> None:
    """Another interval: the period begins anew, and with it an invoice."""
    now = world.now()
    found["billing_cycle_anchor"] = now
    _period(found, now, _next(found, now))
    waiting, found["_waiting"] = found["_waiting"], []
    invoice = invoices.draw(world, found, waiting + _lines(found), "subscription_update")
    if found["collection_method"] == "charge_automatically":
        invoices.collect(world, invoice)


def _change(call: Call, found: Object, given: Object, place: int) -> None:
    if "id" not in given:
        found["items"]["data"].append(_item(call, found, given, place))
        return
    mine = [item for item in found["items"]["data"] if item["id"] == given["id"]]
    if not mine:
        raise invalid(f"No such subscription item: '{given['id']}'", f"items[{place}][id]", "resource_missing")
    item = mine[0]
    old_price, old_quantity = item["price"], item["quantity"]
    if given.get("deleted"):
        found["items"]["data"].remove(item)
    if "price" in given:
        item["price"] = call.find("price", given["price"])
    item["quantity"] = given.get("quantity", item["quantity"])
    prorate = call.params.get("proration_behavior", "create_prorations") != "none"
    if prorate and found["status"] in ("active", "past_due"):
        found["_waiting"] += _parts(call.world, item, old_price, old_quantity)


def _parts(world: World, item: Object, old_price: Object, old_quantity: int) -> list[Object]:
    """Back for what is not used any more, and what the rest of the period costs now."""
    start, end = item["current_period_start"], item["current_period_end"]
    share = Decimal(max(0, end - world.now())) / Decimal(max(1, end - start))

    def part(price: Object, quantity: int) -> int:
        return int((catalogue.amount(price, quantity) * share).quantize(Decimal(1), ROUND_HALF_UP))

    span = (world.now(), end)
    back, now = -part(old_price, old_quantity), part(item["price"], item["quantity"])
    given_back = invoices.line(old_price, old_quantity, back, span, item, part=True)
    if old_price["recurring"]["interval"] != item["price"]["recurring"]["interval"]:
        return [given_back]
    return [
        given_back,
        invoices.line(item["price"], item["quantity"], now, span, item, part=True),
    ]


def cancel(call: Call) -> Object:
    found = call.find("subscription")
    if found["status"] == "canceled":
        raise invalid(f"No such subscription: {found['id']}", "id", "resource_missing")
    end(call, found, "cancellation_requested")
    return found


def end(call: Call, found: Object, reason: str) -> None:
    now = call.world.now()
    found |= {"status": "canceled", "ended_at": now, "canceled_at": found["canceled_at"] or now, "_waiting": []}
    found["cancellation_details"] = _reason(reason)
    call.emit("customer.subscription.deleted", found)


def resume(call: Call) -> Object:
    found = call.find("subscription")
    if found["status"] != "paused":
        raise invalid("Only paused subscriptions can be resumed.", None)
    found["status"] = "active"
    call.emit("customer.subscription.resumed", found)
    return found


def preview(call: Call) -> Object:
    """What the next invoice would be, with changes that were not made."""
    given = call.params
    details: Object = given.get("subscription_details") or {}
    if "subscription" not in given:
        raise invalid("Missing required param: subscription.", "subscription", "parameter_missing")
    found = call.find("subscription", given["subscription"])
    parts: list[Object] = list(found["_waiting"])
    after: Object = found | {"items": found["items"] | {"data": [dict(item) for item in found["items"]["data"]]}}
    for place, one in enumerate(details.get("items", ())):
        shadow: Any = after | {"_waiting": []}
        _change(Call(call.world, call.account, {"proration_behavior": details.get("proration_behavior",
                                                "create_prorations")}), shadow, one, place)  # fmt: skip
        parts += shadow["_waiting"]
    lines = parts if details.get("proration_behavior") == "always_invoice" else parts + _lines(after)
    made = invoices.preview(call.world, after, lines, "upcoming")
    return made | {"id": "upcoming_in_preview", "amount_due": max(0, made["total"]), "amount_remaining": made["total"]}


def pass_time(world: World, seconds: int) -> None:
    """Day by day, as tries to collect follow each other."""
    with world.lock:
        turn(world)
        while seconds > 0:
            world.offset += min(DAY, seconds)
            seconds -= DAY
            turn(world)


def turn(world: World) -> None:
    """Whatever the clock has brought: trials that end, periods that turn, tries to collect, ends that were ordered."""
    for found in world.every("subscription"):
        account = world.owner(found["id"])
        while found["status"] in LIVE and found["status"] != "paused" and _due(world, found, account):
            pass
    disputes.turn(world)
    for invoice in world.every("invoice"):
        while (
            invoice["status"] == "open"
            and invoice["next_payment_attempt"]
            and invoice["next_payment_attempt"] <= world.now()
        ):
            invoice["next_payment_attempt"] = None
            invoices.collect(world, invoice)


def _due(world: World, found: Object, account: str | None) -> bool:
    turns_at = found["items"]["data"][0]["current_period_end"]
    soon = found["status"] == "trialing" and found["trial_end"] - 3 * DAY <= world.now()
    if soon and not found.get("_told"):
        found["_told"] = True
        world.emit("customer.subscription.trial_will_end", found, account)
    if turns_at > world.now() or found["status"] == "incomplete":
        return False
    if found["cancel_at_period_end"]:
        end(Call(world, account, {}), found, "cancellation_requested")
    elif found["status"] == "trialing":
        _trial_is_over(world, found)
    else:
        _renew(world, found, turns_at)
    return True


def _trial_is_over(world: World, found: Object) -> None:
    customer = world.objects[found["customer"]][1]
    method = found["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    behaviour = found["trial_settings"]["end_behavior"]["missing_payment_method"]
    account = world.owner(found["id"])
    if method is None and behaviour == "cancel":
        end(Call(world, account, {}), found, "payment_failed")
        return
    if method is None and behaviour == "pause":
        found["status"] = "paused"
        world.emit("customer.subscription.paused", found, account)
        return
    started = min(found["trial_end"], world.now())
    found |= {"status": "active", "trial_end": started, "billing_cycle_anchor": started}
    world.emit("customer.subscription.updated", found, account, status="trialing")
    _renew(world, found, started)


def _renew(world: World, found: Object, start: int) -> None:
    _period(found, start, _next(found, start))
    world.emit("customer.subscription.updated", found, world.owner(found["id"]))
    waiting, found["_waiting"] = found["_waiting"], []
    invoice = invoices.draw(world, found, waiting + _lines(found), "subscription_cycle")
    if found["collection_method"] == "charge_automatically":
        invoices.collect(world, invoice)
