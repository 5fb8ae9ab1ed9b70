"""axe-core finds nothing, on no page, in neither width nor colour scheme; and nothing sticks out on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
PAGES = [
    ("", "", ["/"]),
    ("demo", "", ["/login", "/password/forgot", "/register", "/no-such-page", "/activate/nothing"]),
    ("demo", "L000001", ["/payments", "/payments/entries", "/settings", "/settings/password", "/settings/factors",
                          "/settings/devices", "/payments?unit=X"]),
    ("demo", "admin", [
        "/admin/", "/admin/residents", "/admin/residents/L000001", "/admin/accounts/new", "/admin/imports",
        "/admin/imports/new", "/admin/mailouts", "/admin/mailouts/new", "/admin/configuration/second-factor",
    ]),
    ("console", "", ["/login"]),
    ("console", "operator@osiedle.example", ["/tenants", "/tenants/new", "/tenants/demo", "/factors", "/devices"]),
    ("nobody", "", ["/"]),
]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("slug", "login", "paths"), PAGES, ids=[f"{slug or 'product'}-{login or 'nobody'}" for slug, login, _ in PAGES]
)
def test_no_page_has_a_fault_that_axe_knows(
    visit: Callable[..., Any], slug: str, login: str, paths: list[str], width: int, scheme: str
) -> None:
    page = visit(slug, login, path=paths[0], viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in paths:
        page.goto("/".join(page.url.split("/")[:3]) + path)
        page.evaluate(AXE)
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
            ".then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))]))",
            TAGS,
        )
        assert not found, f"{path} at {width}px, {scheme}: {found}"
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} sticks out by {wide}px at {width}px"
