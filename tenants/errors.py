"""What can go wrong between a host name and a schema."""

from __future__ import annotations


class TenantError(RuntimeError):
    """A rule of tenancy was about to be broken; a programming error or an attack, never a user's mistake."""


class NoTenantBound(TenantError):
    """A query was tried with no tenant bound."""


class AnotherTenantBound(TenantError):
    """A tenant was bound, or used, while another one is."""


class UnknownTenant(LookupError):
    """No tenant has this name."""


class TenantUnavailable(RuntimeError):
    """The tenant exists but is not served: suspended, not ready, or on a schema too old for this code."""


class ProvisioningFailed(RuntimeError):
    """The tenant could not be made; nothing of it was left behind."""
