"""A domain of one's own: proved in the DNS, one manager's only, and what links lead to when the manager says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from app.core import links
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.domains.conftest import PASSWORD
from tests.features.domains.nameserver import NameServer
from tests.features.operators.browser import Browser

_numbers = count(1)


def claim(console: Browser, slug: str, host: str) -> int:
    console.get(f"/tenants/{slug}/domains")
    return int(console.post(f"/tenants/{slug}/domains", host=host).status_code)


def claimed(app: Any, slug: str, host: str) -> tuple[str, str]:
    """The public id and the token."""
    with app.app_context(), db.engines[PLATFORM].connect() as connection:
        statement = (
            "SELECT c.public_id, c.token FROM platform.domain_claims c JOIN platform.tenants t ON t.id = c.tenant_id "
            "WHERE t.slug = :slug AND c.host = :host"
        )
        found = connection.execute(text(statement), {"slug": slug, "host": host}).one()
        return str(found[0]), str(found[1])


def activate(app: Any, console: Browser, slug: str, host: str) -> int:
    page = f"/tenants/{slug}/domains"
    console.get(page)
    return int(console.post(f"{page}/{claimed(app, slug, host)[0]}/activate").status_code)


def prove(app: Any, names: NameServer, slug: str, host: str) -> None:
    names.records[f"_osiedle.{host}"] = ["v=spf1 -all", f"osiedle={claimed(app, slug, host)[1]}"]


def opens(app: Any, host: str) -> Any:
    return Browser(app, host, "10.9.200.1").get("/login")


def test_a_domain_works_once_it_is_proved(app: Any, tenant: Any, console: Browser, names: NameServer) -> None:
    host = f"portal.{tenant.slug}.example"
    assert claim(console, tenant.slug, host.upper() + ".") == 303
    page = console.get(f"/tenants/{tenant.slug}/domains").get_data(as_text=True)
    assert f"_osiedle.{host}" in page
    assert opens(app, host).status_code == 404
    assert activate(app, console, tenant.slug, host) == 422
    names.records[f"_osiedle.{host}"] = ["osiedle=somebody-elses"]
    assert activate(app, console, tenant.slug, host) == 422
    assert opens(app, host).status_code == 404
    prove(app, names, tenant.slug, host)
    assert activate(app, console, tenant.slug, host) == 303
    assert tenant.name in opens(app, host).get_data(as_text=True)
    assert opens(app, f"x.{host}").status_code == 404, "nothing below it"
    page = f"/tenants/{tenant.slug}/domains"
    console.get(page)
    assert console.post(f"{page}/{claimed(app, tenant.slug, host)[0]}/remove").status_code == 303
    assert opens(app, host).status_code == 404


def test_a_silent_name_server_proves_nothing(app: Any, tenant: Any, console: Browser, names: NameServer) -> None:
    host = f"cisza.{tenant.slug}.example"
    claim(console, tenant.slug, host)
    prove(app, names, tenant.slug, host)
    names.broken = True
    assert activate(app, console, tenant.slug, host) == 422
    assert opens(app, host).status_code == 404
    assert names.asked > 0


def test_a_host_is_one_managers_and_a_mere_claim_keeps_nobody_away(
    app: Any, new_tenant: Callable[..., Any], console: Browser, names: NameServer
) -> None:
    owner, squatter = new_tenant(post=False), new_tenant(post=False)
    host = f"portal.{owner.slug}.example"
    assert claim(console, squatter.slug, host) == 303
    assert claim(console, owner.slug, host) == 303
    prove(app, names, owner.slug, host)
    assert activate(app, console, squatter.slug, host) == 422, "the token is another's"
    assert activate(app, console, owner.slug, host) == 303
    prove(app, names, squatter.slug, host)
    assert activate(app, console, squatter.slug, host) == 409
    assert owner.name in opens(app, host).get_data(as_text=True)
    page = f"/tenants/{squatter.slug}/domains"
    console.get(page)
    foreign = claimed(app, owner.slug, host)[0]
    for step in ("activate", "remove"):
        assert console.post(f"{page}/{foreign}/{step}").status_code == 404
    assert owner.name in opens(app, host).get_data(as_text=True)


@pytest.mark.parametrize(
    "host",
    [
        "", "osiedle.test", "console.osiedle.test", "x.y.osiedle.test", "test", "localhost", "127.0.0.1", "[::1]",
        "a..b.pl", "-a.pl", "a_b.pl", "żółw.pl", "https://a.pl", "a.pl:80", "a.pl/x", "*.a.pl", "a" * 10_000,
        "a.pl\r\nX: y", "a b.pl",
    ],
)  # fmt: skip
def test_no_nonsense_and_no_name_of_ours_is_claimed(tenant: Any, console: Browser, host: str) -> None:
    assert claim(console, tenant.slug, host) == 422


def test_links_lead_where_the_manager_chose(
    app: Any, new_tenant: Callable[..., Any], console: Browser, names: NameServer
) -> None:
    tenant, other = new_tenant(admin_password=PASSWORD), new_tenant(post=False)
    host, foreign = f"portal.{tenant.slug}.example", f"portal.{other.slug}.example"
    for one, name in ((tenant, host), (other, foreign)):
        claim(console, one.slug, name)
        prove(app, names, one.slug, name)
        assert activate(app, console, one.slug, name) == 303
    admin = Browser(app, f"{tenant.slug}.osiedle.test", f"10.9.{next(_numbers)}.9")
    admin.get("/login")
    assert admin.post("/login", login="admin", password=PASSWORD).status_code == 303
    assert foreign not in admin.get("/admin/address").get_data(as_text=True)
    assert led_to(app, tenant) == f"http://{tenant.slug}.osiedle.test/x"
    assert admin.post("/admin/address", host=foreign).status_code == 422
    assert admin.post("/admin/address", host=host).status_code == 303
    assert led_to(app, tenant) == f"http://{host}/x"
    assert led_to(app, other) == f"http://{other.slug}.osiedle.test/x"
    assert re.search(
        rf'checked[^>]*value="{host}"|value="{host}"[^>]*checked', admin.get("/admin/address").get_data(as_text=True)
    )
    page = f"/tenants/{tenant.slug}/domains"
    console.get(page)
    assert console.post(f"{page}/{claimed(app, tenant.slug, host)[0]}/remove").status_code == 303
    assert led_to(app, tenant) == f"http://{tenant.slug}.osiedle.test/x", "a domain that is gone takes its links along"


def led_to(app: Any, tenant: Any) -> str:
    with app.app_context(), bind(app.extensions["tenants"].by_slug(tenant.slug)):
        return links.external("/x")
