"""What is bound: the tenant whose data the running code may touch, and how its transactions open."""

from __future__ import annotations

import enum
from contextvars import ContextVar
from dataclasses import dataclass

from tenants.errors import NoTenantBound
from tenants.registry import Tenant


class Mode(enum.Enum):
    """How a tenant's transactions are opened."""

    PAGE = "page"  # short, read committed
    SNAPSHOT = "snapshot"  # reads of one page see one state of the books
    HOT = "hot"  # a snapshot in which prepared statements are planned once a connection, not at each call
    BULK = "bulk"  # imports and exports: no statement time-out, more memory


@dataclass(frozen=True, slots=True)
class Bound:
    tenant: Tenant
    mode: Mode


BOUND: ContextVar[Bound | None] = ContextVar("osiedle_tenant", default=None)


def bound() -> Bound:
    """The binding in force. Raises `NoTenantBound`."""
    value = BOUND.get()
    if value is None:
        raise NoTenantBound("no tenant is bound")
    return value


def current() -> Tenant:
    """The tenant bound here. Raises `NoTenantBound`."""
    return bound().tenant


def is_bound() -> bool:
    return BOUND.get() is not None
