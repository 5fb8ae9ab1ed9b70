"""Looking again, every night, whether a served domain is still its manager's.

Whoever lets a domain go leaves its records behind; the next owner could have residents' letters lead to a copy of the
portal. Ends units of work of its own; the DNS is asked outside of any transaction.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from sqlalchemy import text

from app.core import audit, work
from app.core.actor import system
from app.core.clock import local
from app.core.runtime import settings
from app.domains import commands, mails, rules
from app.domains.queries import Claim
from app.domains.rules import Absence
from app.gateways import dns
from app.operators.queries import registry
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.registry import Tenant

ACTOR = system("domains")
log = structlog.get_logger("osiedle.domains")
_FROM = (
    "FROM platform.domains d JOIN platform.domain_claims c ON c.host = d.host AND c.tenant_id = d.tenant_id"
)  # fmt: skip
_SERVED = text(f"SELECT c.public_id {_FROM} ORDER BY c.id")
_ONE = text(
    "SELECT c.public_id, c.host, c.token, c.outcome, c.checked_at, true AS active, d.main, c.points, c.missing_nights, "
    f"c.missing_since, c.withdrawn_at, c.missing_night, c.told_at, c.tenant_id {_FROM} WHERE c.public_id = :id"
)
_NOTE = text(
    "UPDATE platform.domain_claims SET outcome = :outcome, points = :points, checked_at = now(), "
    "missing_nights = :nights, missing_since = :since, missing_night = :night, "
    "told_at = CASE WHEN :nights = 0 THEN NULL ELSE told_at END WHERE public_id = :id"
)
_TOLD = text("UPDATE platform.domain_claims SET told_at = now() WHERE public_id = :id")
_WITHDRAWN = text("UPDATE platform.domain_claims SET withdrawn_at = now() WHERE public_id = :id")
_END = text("DELETE FROM platform.domains WHERE host = :host AND tenant_id = :tenant")


def served() -> list[str]:
    """Public ids of the claims whose domains are served."""
    return [row.public_id for row in _platform(_SERVED)]


def recheck(public_id: str, night: date) -> None:
    """Look for the proof, count the nights without it, tell, and in the end stop serving."""
    row = _platform(_ONE, id=public_id).one_or_none()
    if row is None:
        return
    found = Claim(*row[:11])
    before = Absence(row.missing_nights, row.missing_since, row.missing_night)
    told_on = local(row.told_at).date() if row.told_at else None
    work.rollback()
    outcome, points = commands.look(found), _points(found.host)
    absence = rules.after(before, outcome, night)
    _platform(
        _NOTE, id=public_id, outcome=outcome, points=points, nights=absence.nights, since=absence.since,
        night=absence.night,
    )  # fmt: skip
    work.commit()
    tenant = registry().by_id(row.tenant_id)
    if tenant is None or absence.since is None:
        return
    if rules.must_tell(absence, told_on):
        _tell(tenant, found, absence.since)
    elif rules.must_end(absence, told_on, night):
        _end(tenant, found, absence.since)


def _tell(tenant: Tenant, found: Claim, since: date) -> None:
    log.warning("proof of a domain is gone", tenant=tenant.slug, host=found.host)
    _write(tenant, found, since, ended=False)
    _platform(_TOLD, id=found.public_id)
    audit.record(ACTOR, "domain.proof_missing", tenant.slug, host=found.host, since=since.isoformat())
    work.commit()


def _end(tenant: Tenant, found: Claim, since: date) -> None:
    log.warning("domain is served no longer", tenant=tenant.slug, host=found.host)
    _platform(_END, host=found.host, tenant=tenant.id)
    _platform(_WITHDRAWN, id=found.public_id)
    audit.record(ACTOR, "domain.withdrawn", tenant.slug, host=found.host, since=since.isoformat())
    mails.tell_operators(tenant, found, since, ended=True)
    work.commit()
    _write(tenant, found, since, ended=True)


def _write(tenant: Tenant, found: Claim, since: date, *, ended: bool) -> None:
    """Letters to the administrators, unless their portal is suspended: nothing leaves it then."""
    if not ended:
        mails.tell_operators(tenant, found, since, ended=False)
        work.commit()
    if tenant.suspended:
        return
    with bind(tenant):
        mails.tell_administrators(tenant, found, since, ended=ended)
        work.commit()


def _points(host: str) -> str | None:
    """Where the host leads: `here` as the base domain does, `elsewhere`, `nowhere`; None when nobody can tell."""
    try:
        theirs, ours = dns.addresses(host), dns.addresses(settings().base_hostname)
    except dns.Unanswered:
        return None
    if not theirs:
        return "nowhere"
    if not ours:
        return None
    return "here" if theirs & ours else "elsewhere"


def _platform(statement: Any, **values: Any) -> Any:
    return db.session.execute(statement, values, bind_arguments={"bind": db.engines[PLATFORM]})
