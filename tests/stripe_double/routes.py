# ruff: noqa: E501
"""Which request is answered by what, and which of the client's types its parameters must be."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.stripe_double import (
    accounts,
    catalogue,
    checkout,
    customers,
    disputes,
    intents,
    invoices,
    portal,
    subscriptions,
)
from tests.stripe_double.faults import Fault
from tests.stripe_double.world import Call, Object, page

Answer = Callable[[Call], Object]


def _events(call: Call) -> Object:
    rows = [one for one in call.world.events if one.get("account") == call.account]
    wanted = call.params.get("types") or ([call.params["type"]] if "type" in call.params else None)
    if wanted:
        ends = tuple(one.removesuffix("*") for one in wanted)
        rows = [one for one in rows if one["type"].startswith(ends)]
    return page(call, rows, "/v1/events")


TABLE: tuple[tuple[str, str, str, Answer], ...] = (
    ("POST", "/v1/customers", "CustomerCreateParams", customers.create),
    ("GET", "/v1/customers", "CustomerListParams", customers.list_),
    ("GET", "/v1/customers/{}", "CustomerRetrieveParams", customers.get),
    ("POST", "/v1/customers/{}", "CustomerUpdateParams", customers.update),
    ("DELETE", "/v1/customers/{}", "CustomerDeleteParams", customers.delete),
    ("POST", "/v1/customers/{}/tax_ids", "CustomerTaxIdCreateParams", customers.create_tax_id),
    ("GET", "/v1/customers/{}/tax_ids", "CustomerTaxIdListParams", customers.list_tax_ids),
    ("DELETE", "/v1/customers/{}/tax_ids/{}", "CustomerTaxIdDeleteParams", customers.delete_tax_id),
    ("POST", "/v1/products", "ProductCreateParams", catalogue.create_product),
    ("GET", "/v1/products", "ProductListParams", catalogue.list_products),
    ("GET", "/v1/products/{}", "ProductRetrieveParams", catalogue.get_product),
    ("POST", "/v1/products/{}", "ProductUpdateParams", catalogue.update_product),
    ("POST", "/v1/prices", "PriceCreateParams", catalogue.create_price),
    ("GET", "/v1/prices", "PriceListParams", catalogue.list_prices),
    ("GET", "/v1/prices/{}", "PriceRetrieveParams", catalogue.get_price),
    ("POST", "/v1/prices/{}", "PriceUpdateParams", catalogue.update_price),
    ("POST", "/v1/tax_rates", "TaxRateCreateParams", catalogue.create_tax_rate),
    ("GET", "/v1/tax_rates", "TaxRateListParams", catalogue.list_tax_rates),
    ("GET", "/v1/tax_rates/{}", "TaxRateRetrieveParams", catalogue.get_tax_rate),
    ("POST", "/v1/tax_rates/{}", "TaxRateUpdateParams", catalogue.update_tax_rate),
    ("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams", checkout.create),
    ("GET", "/v1/checkout/sessions", "checkout.SessionListParams", checkout.list_),
    ("GET", "/v1/checkout/sessions/{}", "checkout.SessionRetrieveParams", checkout.get),
    ("POST", "/v1/checkout/sessions/{}/expire", "checkout.SessionExpireParams", checkout.expire),
    ("GET", "/v1/checkout/sessions/{}/line_items", "checkout.SessionLineItemListParams", checkout.line_items),
    ("POST", "/v1/subscriptions", "SubscriptionCreateParams", subscriptions.create),
    ("GET", "/v1/subscriptions", "SubscriptionListParams", subscriptions.list_),
    ("GET", "/v1/subscriptions/{}", "SubscriptionRetrieveParams", subscriptions.get),
    ("POST", "/v1/subscriptions/{}", "SubscriptionUpdateParams", subscriptions.update),
    ("DELETE", "/v1/subscriptions/{}", "SubscriptionCancelParams", subscriptions.cancel),
    ("POST", "/v1/subscriptions/{}/resume", "SubscriptionResumeParams", subscriptions.resume),
    ("POST", "/v1/invoices/create_preview", "InvoiceCreatePreviewParams", subscriptions.preview),
    ("GET", "/v1/invoices", "InvoiceListParams", invoices.list_),
    ("GET", "/v1/invoices/{}", "InvoiceRetrieveParams", invoices.get),
    ("POST", "/v1/invoices/{}", "InvoiceUpdateParams", invoices.update),
    ("POST", "/v1/invoices/{}/pay", "InvoicePayParams", invoices.pay),
    ("POST", "/v1/invoices/{}/mark_uncollectible", "InvoiceMarkUncollectibleParams", invoices.mark_uncollectible),
    ("POST", "/v1/invoices/{}/void", "InvoiceVoidInvoiceParams", invoices.void),
    ("POST", "/v1/payment_intents", "PaymentIntentCreateParams", intents.create),
    ("GET", "/v1/payment_intents", "PaymentIntentListParams", intents.list_),
    ("GET", "/v1/payment_intents/{}", "PaymentIntentRetrieveParams", intents.get),
    ("POST", "/v1/payment_intents/{}", "PaymentIntentUpdateParams", intents.update),
    ("POST", "/v1/payment_intents/{}/confirm", "PaymentIntentConfirmParams", intents.confirm),
    ("POST", "/v1/payment_intents/{}/cancel", "PaymentIntentCancelParams", intents.cancel),
    ("GET", "/v1/payment_methods/{}", "PaymentMethodRetrieveParams", intents.get_payment_method),
    ("POST", "/v1/payment_methods/{}/attach", "PaymentMethodAttachParams", intents.attach),
    ("GET", "/v1/charges", "ChargeListParams", intents.list_charges),
    ("GET", "/v1/charges/{}", "ChargeRetrieveParams", intents.get_charge),
    ("POST", "/v1/refunds", "RefundCreateParams", intents.create_refund),
    ("GET", "/v1/refunds", "RefundListParams", intents.list_refunds),
    ("GET", "/v1/refunds/{}", "RefundRetrieveParams", intents.get_refund),
    ("GET", "/v1/disputes", "DisputeListParams", disputes.list_),
    ("GET", "/v1/disputes/{}", "DisputeRetrieveParams", disputes.get),
    ("POST", "/v1/disputes/{}", "DisputeUpdateParams", disputes.update),
    ("POST", "/v1/disputes/{}/close", "DisputeCloseParams", disputes.give_in),
    ("POST", "/v1/accounts", "AccountCreateParams", accounts.create),
    ("GET", "/v1/accounts", "AccountListParams", accounts.list_),
    ("GET", "/v1/account", "AccountRetrieveCurrentParams", accounts.get),
    ("GET", "/v1/accounts/{}", "AccountRetrieveParams", accounts.get),
    ("POST", "/v1/accounts/{}", "AccountUpdateParams", accounts.update),
    ("DELETE", "/v1/accounts/{}", "AccountDeleteParams", accounts.delete),
    ("POST", "/v1/accounts/{}/login_links", "AccountLoginLinkCreateParams", accounts.login_link),
    ("POST", "/v1/account_links", "AccountLinkCreateParams", accounts.link),
    ("GET", "/v1/balance", "BalanceRetrieveParams", accounts.balance),
    ("POST", "/v1/billing_portal/configurations", "billing_portal.ConfigurationCreateParams", portal.create_configuration),
    ("GET", "/v1/billing_portal/configurations", "billing_portal.ConfigurationListParams", portal.list_configurations),
    ("GET", "/v1/billing_portal/configurations/{}", "billing_portal.ConfigurationRetrieveParams", portal.get_configuration),
    ("POST", "/v1/billing_portal/configurations/{}", "billing_portal.ConfigurationUpdateParams", portal.update_configuration),
    ("POST", "/v1/billing_portal/sessions", "billing_portal.SessionCreateParams", portal.create_session),
    ("GET", "/v1/events", "EventListParams", _events),
)  # fmt: skip
_ROUTES = [(method, re.compile(path.replace("{}", "([^/]+)")), params, do) for method, path, params, do in TABLE]


def match(method: str, path: str) -> tuple[str, Answer, tuple[str, ...]]:
    """Type of parameters, function and ids of a path. Raises `Fault` 404."""
    for wanted, pattern, params, do in _ROUTES:
        found = pattern.fullmatch(path) if wanted == method else None
        if found:
            return params, do, found.groups()
    raise Fault(404, f"Unrecognized request URL ({method}: {path}).")
