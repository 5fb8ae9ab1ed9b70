"""There is always an administrator: the last one cannot be demoted, limited, blocked or closed."""

from __future__ import annotations

from sqlalchemy import text

from app.accounts.models import Account
from app.core.actor import Role
from app.core.errors import Refused
from app.core.language import gettext as _
from tenants.bound import current
from tenants.db import db

LOCK = 14  # the second half of an advisory lock's key; the first is the tenant
_LOCK = text("SELECT pg_advisory_xact_lock(CAST(:tenant AS int), CAST(:lock AS int))")
# Whoever has never set a password may never come: an invitation is no administrator.
_OTHERS = text(
    "SELECT EXISTS (SELECT FROM accounts a WHERE a.role = 'admin' AND a.status = 'active' "
    "AND a.password_hash IS NOT NULL AND a.id <> :account "
    "AND NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id))"
)


def one_at_a_time() -> None:
    """Wait until nobody else changes who administers. Before any row of an account is locked."""
    db.session.execute(_LOCK, {"tenant": current().id, "lock": LOCK})


def keep_one(account: Account) -> None:
    """Raises `Refused` when nobody but this account administers the whole portal. After `one_at_a_time`."""
    if account.role != Role.ADMIN or account.status != "active" or account.password_hash is None:
        return
    if not db.session.execute(_OTHERS, {"account": account.id}).scalar():
        raise Refused(_("To ostatni administrator; najpierw nadaj tę rolę komuś innemu."))
