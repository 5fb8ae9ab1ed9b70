"""Addresses that leave the house: built from the tenant's own record, never from a request."""

from __future__ import annotations

from app.core.runtime import settings
from tenants.bound import current


def external(path: str) -> str:
    """The absolute address of a path on the bound tenant's host."""
    return settings().url(current().host, path)
