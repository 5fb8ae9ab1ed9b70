"""axe-core finds nothing, on no page, wide and light or narrow and dark; and nothing sticks out on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
CONFIGURATION = [f"/admin/configuration{part}" for part in (
    "", "/office", "/look", "/texts", "/texts/terms", "/menu", "/letters", "/portal", "/registration", "/holders",
    "/passwords", "/second-factor", "/notifications", "/retention", "/tokens", "/tokens/new", "/imports",
    "/nightly-data", "/contact", "/contact/hours", "/contact/new?kind=person", "/mailouts", "/estates", "/estates/new",
    "/conversations", "/deliveries",
)]  # fmt: skip
MONEY = [f"/payments/{part}" for part in (
    "entries", "entries?year=all", "entries/charts", "entries/document?number=NO/11/2026/00001",
    "calendar", "calendar?view=list", "proof", "history", "changes", "slip", "interest",
)]  # fmt: skip
BOOKS = [f"/admin/{part}" for part in (
    "units", "units/one?unit=01-1-001", "units/charges?unit=01-1-001", "units/entries?unit=01-1-001",
    "history?unit=01-1-001", "entries", "charges", "balances", "debts", "interest",
    "interest?unit=01-3-041",
)]  # fmt: skip
TOLD = [
    "/admin/messages", "@/admin/messages/", "/admin/messages/templates", "/admin/messages/templates/new",
    "/admin/messages/incoming", "/admin/mailouts/templates", "/admin/mailouts/templates/new", "/admin/deliveries",
    "/admin/deliveries/addresses", "/admin/documents/new", "/admin/documents/folders", "/admin/documents/batches/new",
    "/admin/documents", "@/admin/documents/", "@/edit", "/admin/guard",
]  # fmt: skip
METERS = [
    "/admin/media", "@/admin/media/windows/", "@/edit", "/admin/media/windows/new", "/admin/media/readings",
    "/admin/media/verifications",
    "/admin/media/settlements/new", "/admin/media/settlements?state=draft", "@/admin/media/settlements/", "@/costs",
    "/admin/media/settlements?state=draft", "@/admin/media/settlements/", "@/rules",
    "/admin/media/settlements?state=draft", "@/admin/media/settlements/", "@/file",
]
PLATFORM = [
    "/admin/setup", "/admin/billing", "/admin/billing/buyer", "/admin/payments-online", "/admin/online-payments",
    "/admin/webhooks", "/admin/webhooks/new", "/admin/support", "/admin/address", "/admin/works", "/admin/works/new",
]
SITE = [
    "/works/", *(f"~{part}" for part in (
        "/mail", "/mail/new", "/mail/contacts", "/files", "/files/all", "/files/new", "/files/invoices",
        "/files/invoices/new", "/files/protocols/new", "/settings", "/data", "/guests",
    )),
]  # fmt: skip
TEXTS = [f"/texts/{kind}" for kind in ("help", "terms", "privacy", "safety", "paper")]
PAGES = [
    ("", "", [
        "/", "/find", "/find?q=spoldzielnia", "/find?q=nieznany", "/find?q=sp", "/managers", "/prices",
        "/prices?units=850", "/prices?units=abc", "/safety", "/accessibility",
        "/trial", "/trial/sent",
    ]),
    ("demo", "", [
        "/login", "/password/forgot", "/unlock", "/activate", "/activate/nothing", "/register", "/contact", *TEXTS,
        "/guide", "/verify", "/public/documents", "/no-such-page",
    ]),
    ("demo", "L000001", [
        "/payments", "/payments?unit=X", *MONEY, "/me", "/me/units", "/me/charges", "/me/allowances", "/documents",
        "/news", "@/news/", "/news?view=archive", "/media/meters", "@/media/meters/windows/",
        "/media/settlements", "/media/settlements/heat", "@/media/settlements/", "/media/settlements/monthly",
        "/messages", "/messages/history", "/contact", "/settings", "/settings/password", "/settings/contact",
        "/settings/notifications", "/settings/factors", "/settings/devices", "/settings/data", "/settings/resign",
    ]),
    ("demo", "admin", [
        "/admin/", *PLATFORM,
        "/admin/residents", "/admin/residents/L000001", "/admin/accounts", "@/admin/accounts/", "@/contact",
        "/admin/accounts/new", "/admin/credentials", "/admin/registrations", "/admin/registrations/new",
        "/admin/registrations", "@/admin/registrations/", "/admin/resignations", "/admin/messages",
        "/admin/messages/new", "/admin/staff", "/admin/staff/new", "/admin/audit", "/admin/personal", "/admin/imports",
        "/admin/imports/new", "@/admin/imports/", "/admin/imports/profiles", "/admin/imports/profiles/new",
        "/admin/statements", "/admin/statements/new", "/admin/statements/payments", "/admin/statements/rules",
        "/admin/announcements", "@/admin/announcements/", "/admin/announcements/new", "/admin/announcements/templates",
        "/admin/mailouts",
        "/admin/mailouts/new", *TOLD, *METERS, *BOOKS, *CONFIGURATION, "/settings",
    ]),
    ("demo", "kierownik", SITE),
    ("console", "", ["/login"]),
    ("console", "operator@osiedle.example", [
        "/tenants", "/tenants?q=nobody", "/tenants/new", "/tenants/demo", "/tenants/demo/jobs", "/jobs", "/deliveries",
        "/events", "/notices", "/notices/new", "/limits", "/limits/basic", "/rates",
        "/billing", "/billing?late=1", "/events?state=failed", "/billing/steps",
        "/tenants/demo/billing", "/tenants/demo/domains", "/tenants/demo/support",
        "/tenants/demo/closing", "/closings", "/listings", "/migrations", "/rates/2025-12-04", "/factors",
        "/devices", "/audit",
    ]),
    ("nobody", "", ["/"]),
]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize(
    ("slug", "login", "paths"), PAGES, ids=[f"{slug or 'product'}-{login or 'nobody'}" for slug, login, _ in PAGES]
)
def test_no_page_has_a_fault_that_axe_knows(
    visit: Callable[..., Any], slug: str, login: str, paths: list[str], width: int, scheme: str
) -> None:
    page = visit(slug, login, path=paths[0], viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in paths:
        page.goto(_address(page, path))
        page.evaluate(AXE)
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
            ".then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))]))",
            TAGS,
        )
        assert not found, f"{path} at {width}px, {scheme}: {found}"
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} sticks out by {wide}px at {width}px"


def _address(page: Any, path: str) -> str:
    """Where a path of the lists is: `@…` by the last link that has this, `~…` below the building site of this page."""
    parts = page.url.split("/")
    if path.startswith("~"):
        return "/".join(parts[:5]) + path[1:]
    return "/".join(parts[:3]) + (_link(page, path[1:]) if path.startswith("@") else path)


def _link(page: Any, part: str) -> str:
    """Where the last link in the page's own part leads whose address has this in it: `@…` of the list above."""
    return str(page.locator(f"main a[href*='{part}']").last.get_attribute("href"))
