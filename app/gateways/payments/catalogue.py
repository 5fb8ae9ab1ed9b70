"""The price list at Stripe: products, prices, the VAT rate, and the portal's configuration. Amounts are grosze."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.gateways.payments.client import CURRENCY, Missing, Rejected, stripe

MARK = {"osiedle": "billing"}
MOST = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A price to be there: `tiers` are (up to and including, a unit, once), graduated, for one `interval`."""

    key: str
    product: str
    name: str
    interval: str
    tiers: tuple[tuple[int | None, int, int], ...]


def sync(prices: list[Listed], vat_percent: int) -> list[str]:
    """Have Stripe know products, prices, the VAT rate and the portal; returns what was made or changed.

    Raises `Rejected` when a price is there with other tiers: prices are never edited, so it needs another key.
    """
    done: list[str] = []
    with stripe() as api:
        for product, name in {one.product: one.name for one in prices}.items():
            done += _product(api, product, name)
        keys = [one.key for one in prices]
        listed = api.v1.prices.list(params={"lookup_keys": keys, "limit": MOST, "expand": ["data.tiers"]})
        known = {one.lookup_key: one for one in listed.data}
        for one in prices:
            if one.key not in known:
                _price(api, one)
                done.append(one.key)
            elif _tiers_of(known[one.key]) != one.tiers:
                raise Rejected(f"{one.key} is at Stripe with other amounts: give the price list a new name")
        if vat_rate(api, vat_percent) is None:
            _make_vat_rate(api, vat_percent)
            done.append(f"VAT {vat_percent}%")
        if not api.v1.billing_portal.configurations.list(params={"active": True, "limit": 1}).data:
            _portal_configuration(api)
            done.append("portal")
    return done


def price_id(api: Any, price_key: str) -> str:
    """The id of the price that is sold now by this key. Raises `Missing` when the list was not synchronised."""
    found = api.v1.prices.list(params={"lookup_keys": [price_key], "active": True, "limit": 1}).data
    if not found:
        raise Missing("the price list was not synchronised")
    return str(found[0].id)


def _product(api: Any, product: str, name: str) -> list[str]:
    try:
        found = api.v1.products.retrieve(product)
    except Exception as error:
        if getattr(error, "code", None) != "resource_missing":
            raise
        api.v1.products.create(
            params={"id": product, "name": name, "metadata": MARK}, options={"idempotency_key": f"osiedle-{product}"}
        )
        return [product]
    if found.name == name:
        return []
    api.v1.products.update(product, params={"name": name})
    return [product]


def _price(api: Any, one: Listed) -> None:
    tiers = [
        {"up_to": "inf" if up_to is None else up_to, "unit_amount": unit, **({"flat_amount": flat} if flat else {})}
        for up_to, unit, flat in one.tiers
    ]
    api.v1.prices.create(
        params={
            "currency": CURRENCY,
            "product": one.product,
            "lookup_key": one.key,
            "nickname": one.name,
            "recurring": {"interval": one.interval},
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": tiers,
            "tax_behavior": "exclusive",
            "metadata": MARK,
        },
        options={"idempotency_key": f"osiedle-{one.key}"},
    )


def _tiers_of(price: Any) -> tuple[tuple[int | None, int, int], ...]:
    return tuple((one.up_to, one.unit_amount or 0, one.flat_amount or 0) for one in price.tiers or ())


def vat_rate(api: Any, percent: int) -> str | None:
    """The id of our VAT rate, None before it was brought to Stripe."""
    listed = api.v1.tax_rates.list(params={"active": True, "inclusive": False, "limit": MOST})
    mine = [
        one
        for one in listed.data
        if Decimal(str(one.percentage)) == percent and getattr(one.metadata, "osiedle", None) == "billing"
    ]
    return str(mine[0].id) if mine else None


def _make_vat_rate(api: Any, percent: int) -> None:
    api.v1.tax_rates.create(
        params={
            "display_name": "VAT", "percentage": float(percent), "inclusive": False, "country": "PL",
            "metadata": MARK,
        },
        options={"idempotency_key": f"osiedle-vat-{percent}"},
    )  # fmt: skip


def _portal_configuration(api: Any) -> None:
    api.v1.billing_portal.configurations.create(
        params={
            "features": {
                "customer_update": {"enabled": True, "allowed_updates": ["email", "address", "name", "tax_id"]},
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            },
            "metadata": MARK,
        },
        options={"idempotency_key": "osiedle-portal"},
    )
