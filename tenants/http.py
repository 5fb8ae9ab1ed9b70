"""Which site a request is for: the product page, the operators' console, or one tenant. By host alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.exceptions import NotFound, ServiceUnavailable

from tenants.migrating import served_revisions
from tenants.registry import Registry, Tenant

PRODUCT, CONSOLE, TENANT = "product", "console", "tenant"
_HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::[0-9]{1,5})?")


class UnknownHost(NotFound):
    """No site of ours has this host name."""


class RegistryAway(ServiceUnavailable):
    """The register of tenants does not answer, so nobody can say whose host this is."""

    def __init__(self) -> None:
        super().__init__(retry_after=10)


class Suspended(ServiceUnavailable):
    """The tenant is suspended; the page shows its contact data."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(retry_after=3600)
        self.tenant = tenant


class Upgrading(ServiceUnavailable):
    """The tenant's schema is too far behind this code."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(retry_after=120)
        self.tenant = tenant


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request came in. `tenant` is set on tenant sites only."""

    kind: str
    host: str
    tenant: Tenant | None = None


def site_of(host_header: str | None, registry: Registry, base_hostname: str) -> Site:
    """The site for a Host header. Raises `UnknownHost`; nothing ever falls back to a default tenant."""
    match = _HOST.fullmatch((host_header or "").lower())
    if match is None:
        raise UnknownHost()
    host = match[1]
    if host == base_hostname:
        return Site(PRODUCT, host)
    if host == f"console.{base_hostname}":
        return Site(CONSOLE, host)
    tenant = registry.by_host(host, base_hostname)
    if tenant is None:
        raise UnknownHost()
    return Site(TENANT, host, tenant)


def checked(tenant: Tenant) -> Tenant:
    """The tenant, if it may be served now. Raises `Suspended` or `Upgrading`."""
    if tenant.suspended:
        raise Suspended(tenant)
    if tenant.revision not in served_revisions():
        raise Upgrading(tenant)
    return tenant
