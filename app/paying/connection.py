"""Which account at Stripe belongs to which manager: the platform's rows, read and written aside of the manager's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.clock import now
from app.core.public_ids import new_public_id
from app.gateways.payments.online import AccountState
from app.office import settings
from app.paying import rules
from tenants.bound import current
from tenants.db import PLATFORM, db

settings.group("online_payments")(rules.Online)
ACCOUNT_JOB = "paying.account"
_MINE = text(
    "SELECT call_key, account, charges, payouts, submitted, due, checked_at FROM platform.connect_accounts "
    "WHERE tenant_id = :tenant"
)
_BEGIN = text(
    "INSERT INTO platform.connect_accounts (tenant_id, call_key) VALUES (:tenant, :key) "
    "ON CONFLICT (tenant_id) DO NOTHING"
)
_GIVE = text("UPDATE platform.connect_accounts SET account = :account WHERE tenant_id = :tenant AND account IS NULL")
_NOTE = text(
    "UPDATE platform.connect_accounts SET charges = :charges, payouts = :payouts, submitted = :submitted, due = :due, "
    "checked_at = :at WHERE account = :account AND (checked_at IS NULL OR checked_at < :at)"
)
_WHOSE = text("SELECT tenant_id FROM platform.connect_accounts WHERE account = :account")


@dataclass(frozen=True, slots=True)
class Connection:
    """A manager's account at Stripe; `account` is None until Stripe has made it."""

    call_key: str
    account: str | None
    charges: bool
    payouts: bool
    submitted: bool
    due: int
    checked_at: datetime | None

    @property
    def ready(self) -> bool:
        """Whether residents can pay on it."""
        return self.account is not None and self.charges


def mine() -> Connection | None:
    """The bound manager's account, None where none was ever asked for."""
    with db.engines[PLATFORM].connect() as connection:
        row = connection.execute(_MINE, {"tenant": current().id}).one_or_none()
    return None if row is None else Connection(*row)


def begun() -> Connection:
    """The bound manager's account or the intent to have one, committed at once: its key outlives us."""
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_BEGIN, {"tenant": current().id, "key": f"connect-{new_public_id()}"})
        return Connection(*connection.execute(_MINE, {"tenant": current().id}).one())


def given(account: str) -> None:
    """Stripe has made the bound manager's account; the first answer counts."""
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_GIVE, {"tenant": current().id, "account": account})


def noted(account: str, state: AccountState, at: datetime | None = None) -> None:
    """What Stripe said of an account at a moment; older news than what is known is dropped."""
    values = {
        "account": account, "charges": state.charges, "payouts": state.payouts, "submitted": state.submitted,
        "due": state.due, "at": at or now(),
    }  # fmt: skip
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_NOTE, values)


def tenant_of(account: str) -> int | None:
    """Whose account it is; metadata never tell."""
    with db.engines[PLATFORM].connect() as connection:
        found = connection.execute(_WHOSE, {"account": account}).scalar_one_or_none()
    return None if found is None else int(found)
