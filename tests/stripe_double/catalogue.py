"""Products, prices with tiers, tax rates."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tests.stripe_double.faults import invalid
from tests.stripe_double.world import Call, Object, merged, page


def create_product(call: Call) -> Object:
    given = call.params
    if given.get("id") in call.world.objects:
        raise invalid("Product already exists.", "id", "resource_already_exists")
    made = call.add(
        "prod", "product", id=given.get("id"), active=given.get("active", True), default_price=None,
        description=given.get("description"), images=[], marketing_features=[],
        metadata=merged(None, given.get("metadata")), name=given["name"], package_dimensions=None, shippable=None,
        statement_descriptor=given.get("statement_descriptor"), tax_code=given.get("tax_code"), type="service",
        unit_label=given.get("unit_label"), updated=call.world.now(), url=given.get("url"),
    )  # fmt: skip
    call.emit("product.created", made)
    return made


def update_product(call: Call) -> Object:
    found = call.find("product")
    for key in ("active", "name", "description", "unit_label", "default_price", "statement_descriptor", "url"):
        if key in call.params:
            found[key] = call.params[key] if call.params[key] != "" else None
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    found["updated"] = call.world.now()
    call.emit("product.updated", found)
    return found


def get_product(call: Call) -> Object:
    return call.find("product")


def list_products(call: Call) -> Object:
    found = call.world.every("product", call.account)
    if "ids" in call.params:
        found = [one for one in found if one["id"] in call.params["ids"]]
    return page(call, found, "/v1/products", "active")


def create_price(call: Call) -> Object:
    given = call.params
    product = given.get("product")
    if product is None and "product_data" not in given:
        raise invalid("Missing required param: product.", "product", "parameter_missing")
    if product is None:
        product = create_product(Call(call.world, call.account, {"name": given["product_data"]["name"]}))["id"]
    call.find("product", product)
    key = _lookup_key(call)
    tiered = given.get("billing_scheme", "per_unit") == "tiered"
    if tiered != ("tiers" in given) or tiered != ("tiers_mode" in given):
        raise invalid("Prices with tiers need billing_scheme=tiered, tiers and tiers_mode.", "tiers")
    if not tiered and "unit_amount" not in given and "unit_amount_decimal" not in given:
        raise invalid("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.", "unit_amount")
    recurring = given.get("recurring")
    made = call.add(
        "price", "price", active=given.get("active", True), billing_scheme="tiered" if tiered else "per_unit",
        currency=given["currency"], custom_unit_amount=None, lookup_key=key,
        metadata=merged(None, given.get("metadata")), nickname=given.get("nickname"), product=product,
        recurring=_recurring(recurring) if recurring else None, tax_behavior=given.get("tax_behavior", "unspecified"),
        tiers=_tiers(given["tiers"]) if tiered else None, tiers_mode=given.get("tiers_mode"), transform_quantity=None,
        type="recurring" if recurring else "one_time", unit_amount=given.get("unit_amount"),
        unit_amount_decimal=str(given.get("unit_amount_decimal", given.get("unit_amount"))) if not tiered else None,
    )  # fmt: skip
    call.emit("price.created", made)
    return made


def _lookup_key(call: Call) -> str | None:
    key = call.params.get("lookup_key")
    for other in call.world.every("price", call.account):
        if key and other["lookup_key"] == key and not call.params.get("transfer_lookup_key"):
            raise invalid(f"A price already uses the lookup_key {key}.", "lookup_key")
        if key and other["lookup_key"] == key:
            other["lookup_key"] = None
    return key


def _recurring(given: Object) -> Object:
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": given.get("usage_type", "licensed"),
    }


def _tiers(given: list[Object]) -> list[Object]:
    last = 0
    for place, tier in enumerate(given):
        open_end = tier["up_to"] == "inf"
        if open_end != (place == len(given) - 1):
            raise invalid("The last tier, and no other, must have up_to=inf.", f"tiers[{place}][up_to]")
        if not open_end and tier["up_to"] <= last:
            raise invalid("Tiers must be in ascending order of up_to.", f"tiers[{place}][up_to]")
        if "unit_amount" not in tier and "unit_amount_decimal" not in tier and "flat_amount" not in tier:
            raise invalid("A tier needs unit_amount or flat_amount.", f"tiers[{place}]")
        last = last if open_end else tier["up_to"]
    return [
        {
            "flat_amount": tier.get("flat_amount"),
            "flat_amount_decimal": None,
            "unit_amount": tier.get("unit_amount"),
            "unit_amount_decimal": str(tier.get("unit_amount_decimal", tier.get("unit_amount", 0))),
            "up_to": None if tier["up_to"] == "inf" else tier["up_to"],
        }
        for tier in given
    ]


def update_price(call: Call) -> Object:
    found = call.find("price")
    if "lookup_key" in call.params:
        found["lookup_key"] = _lookup_key(call)
    for key in ("active", "nickname", "tax_behavior"):
        if key in call.params:
            found[key] = call.params[key]
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    call.emit("price.updated", found)
    return found


def get_price(call: Call) -> Object:
    found = dict(call.find("price"))
    if "tiers" not in call.params.get("expand", ()):
        found.pop("tiers")  # told only to those who ask
    return found


def list_prices(call: Call) -> Object:
    found = call.world.every("price", call.account)
    if "lookup_keys" in call.params:
        found = [one for one in found if one["lookup_key"] in call.params["lookup_keys"]]
    if "type" in call.params:
        found = [one for one in found if one["type"] == call.params["type"]]
    answer = page(call, found, "/v1/prices", "active", "product", "currency")
    if "data.tiers" not in call.params.get("expand", ()):
        answer["data"] = [{key: value for key, value in one.items() if key != "tiers"} for one in answer["data"]]
    return answer


def amount(price: Object, quantity: int) -> int:
    """What so many cost, in the smallest unit of the currency."""
    if price["billing_scheme"] == "per_unit":
        return _whole(Decimal(price["unit_amount_decimal"]) * quantity)
    total, before = Decimal(0), 0
    for tier in price["tiers"]:
        top = tier["up_to"]
        inside = quantity - before if top is None or quantity <= top else top - before
        last = top is None or quantity <= top
        if price["tiers_mode"] == "volume":
            inside = quantity
        if price["tiers_mode"] == "graduated" or last:
            total += Decimal(tier["unit_amount_decimal"]) * inside + (tier["flat_amount"] or 0)
        if last:
            break
        before = top
    return _whole(total)


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def create_tax_rate(call: Call) -> Object:
    given = call.params
    return call.add(
        "txr", "tax_rate", active=given.get("active", True), country=given.get("country"),
        description=given.get("description"), display_name=given["display_name"], effective_percentage=None,
        flat_amount=None, inclusive=given["inclusive"], jurisdiction=given.get("jurisdiction"), jurisdiction_level=None,
        metadata=merged(None, given.get("metadata")), percentage=str(given["percentage"]), rate_type="percentage",
        state=None, tax_type=given.get("tax_type"),
    )  # fmt: skip


def update_tax_rate(call: Call) -> Object:
    found = call.find("tax_rate")
    for key in ("active", "description", "display_name"):
        if key in call.params:
            found[key] = call.params[key]
    found["metadata"] = merged(found["metadata"], call.params.get("metadata"))
    return found


def get_tax_rate(call: Call) -> Object:
    return call.find("tax_rate")


def list_tax_rates(call: Call) -> Object:
    return page(call, call.world.every("tax_rate", call.account), "/v1/tax_rates", "active", "inclusive")


def tax(call_rates: list[Object], net: int) -> int:
    """Exclusive tax on a net amount."""
    return sum(_whole(Decimal(net) * Decimal(rate["percentage"]) / 100) for rate in call_rates if not rate["inclusive"])
