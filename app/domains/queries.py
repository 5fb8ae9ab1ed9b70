"""Reading a manager's domains, from schema `platform`, for operators and for its own administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.domains import rules
from tenants.db import PLATFORM, db

_CLAIMS = text(
    "SELECT c.public_id, c.host, c.token, c.outcome, c.checked_at, d.id IS NOT NULL AS active, "
    "coalesce(d.main, false) AS main, c.points, c.missing_nights, c.missing_since, c.withdrawn_at "
    "FROM platform.domain_claims c "
    "LEFT JOIN platform.domains d ON d.host = c.host AND d.tenant_id = c.tenant_id "
    "WHERE c.tenant_id = :tenant ORDER BY c.host"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A domain that a manager says is its own; `active` once it was proved and switched on.

    `missing_nights`: for how many nights in a row its proof has been gone; `withdrawn_at`: switched off for that.
    """

    public_id: str
    host: str
    token: str
    outcome: str | None
    checked_at: datetime | None
    active: bool
    main: bool
    points: str | None
    missing_nights: int
    missing_since: date | None
    withdrawn_at: datetime | None

    @property
    def ends_on(self) -> date | None:
        """The day on which it is switched off, unless its proof is back; None while all is well."""
        return rules.last_day(self.missing_since) if self.active and self.missing_since else None

    @property
    def record(self) -> str:
        return rules.record_name(self.host)

    @property
    def value(self) -> str:
        return rules.record_value(self.token)


def claims(actor: Actor, tenant_id: int) -> list[Claim]:
    """A manager's domains by name. Raises `NotThere`."""
    if not (actor.is_operator or (actor.is_staff and actor.may(Can.MANAGE_STAFF))):
        raise NotThere("")
    with db.engines[PLATFORM].connect() as connection:
        return [Claim(*row) for row in connection.execute(_CLAIMS, {"tenant": tenant_id})]
