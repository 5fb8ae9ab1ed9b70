"""The list of residents' accounts for the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.accounts.queries.titles import HELD_UNITS
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 50
STATES = ("all", "never", "locked", "blocked", "unitless", "resigning", "closed")
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''))"
_HELD = f"EXISTS (SELECT FROM ({HELD_UNITS}) AS held)".replace(":person", "a.person_code").replace(":account", "a.id")
# Somebody was sent away for too many attempts within the last quarter of an hour, and has not come in since.
_LOCKED = (
    "EXISTS (SELECT FROM login_attempts l WHERE l.account_id = a.id AND l.outcome = 'throttled' "
    "AND l.at > now() - interval '15 minutes' AND NOT EXISTS (SELECT FROM login_attempts i "
    "WHERE i.account_id = a.id AND i.outcome = 'in' AND i.at > l.at))"
)
_RESIGNING = "EXISTS (SELECT FROM resignations r WHERE r.account_id = a.id AND r.state = 'open')"
_CONDITIONS = {
    "all": "a.status <> 'closed'",
    "never": "a.status <> 'closed' AND a.last_login_at IS NULL",
    "locked": f"a.status = 'active' AND {_LOCKED}",
    "blocked": "a.status = 'blocked'",
    "unitless": f"a.status <> 'closed' AND NOT {_HELD}",
    "resigning": f"a.status <> 'closed' AND {_RESIGNING}",
    "closed": "a.status = 'closed'",
}
_FROM = (
    "FROM accounts a LEFT JOIN people p ON p.code = a.person_code AND p.until_revision IS NULL "
    f"WHERE a.role = 'resident' AND {scope.accounts('a')} AND (CAST(:pattern AS text) IS NULL "
    "OR unaccent(lower(concat_ws(' ', a.login, a.email, a.phone, p.first_name, p.last_name, p.company))) LIKE :pattern)"
)
_COLUMNS = (
    f"a.public_id, a.login, {_NAME}, a.email, a.status, a.password_hash IS NOT NULL, "
    f"a.must_change_password, a.last_login_at, a.created_at, {_LOCKED}, {_RESIGNING}, {_HELD}"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in the list. `locked`: somebody was sent away from it just now; `resigning`: closing was asked for."""

    public_id: str
    login: str
    name: str | None
    email: str | None
    status: str
    has_password: bool
    must_change_password: bool
    last_login_at: datetime | None
    created_at: datetime
    locked: bool
    resigning: bool
    has_units: bool


def listed(actor: Actor, state: str, search: str, number: int) -> Page[Listed]:
    """Residents' accounts in the actor's buildings in one of `STATES`, by login. Staff only; raises `NotThere`."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    values = {"pattern": _pattern(search), "today": today(), **scope.values(actor)}
    where = f"{_FROM} AND ({_CONDITIONS.get(state, _CONDITIONS['all'])})"
    total = int(db.session.execute(text(f"SELECT count(*) {where}"), values).scalar_one())
    page = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = db.session.execute(
        text(f"SELECT {_COLUMNS} {where} ORDER BY a.login_key, a.id LIMIT :size OFFSET :skip"), {**values, **page}
    )
    return Page([Listed(*row) for row in rows], number, PAGE_SIZE, total)


def _pattern(search: str) -> str | None:
    words = " ".join(search[:100].replace("\0", "").split())
    if not words:
        return None
    plain: str = db.session.execute(text("SELECT unaccent(lower(:words))"), {"words": words}).scalar_one()
    return "%" + plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
