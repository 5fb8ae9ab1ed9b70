"""Binding: the only way to say whose data the code that follows may touch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.bound import BOUND, Bound, Mode, bound, current, is_bound
from tenants.db import db
from tenants.errors import AnotherTenantBound
from tenants.registry import Tenant

__all__ = ["Mode", "bind", "bound", "current", "is_bound"]


@contextmanager
def bind(tenant: Tenant, mode: Mode = Mode.PAGE) -> Iterator[Tenant]:
    """Bind `tenant` for the body. Raises `AnotherTenantBound` when one is bound already.

    The session that was open before is closed, and so is the one used inside: an identity map never serves
    two tenants.
    """
    if BOUND.get() is not None:
        raise AnotherTenantBound("a tenant is bound already; bindings do not nest")
    db.session.remove()
    token = BOUND.set(Bound(tenant, mode))
    try:
        yield tenant
    finally:
        try:
            db.session.remove()
        finally:
            BOUND.reset(token)
