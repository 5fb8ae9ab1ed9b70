"""Where pages say that Stripe is a double (`STRIPE=fake`): those that lead to money, and the whole console."""

from __future__ import annotations

from flask import request

from app.gateways.payments import client
from tenants.http import CONSOLE

PAGES = ("/admin/billing", "/admin/payments-online", "/admin/online-payments", "/payments/online")


def shown() -> bool:
    """Whether this page says that nothing paid here is paid. Never in production."""
    if not client.pretended():
        return False
    site = getattr(request, "site", None)
    if site is not None and site.kind == CONSOLE:
        return True
    return any(request.path == page or request.path.startswith(f"{page}/") for page in PAGES)
