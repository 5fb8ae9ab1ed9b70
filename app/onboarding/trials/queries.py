"""What a stranger may know of subdomains, and of the trial that they asked for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, select, text

from app.core.clock import now
from app.core.errors import NotThere
from app.core.runtime import settings
from app.onboarding.trials import tokens
from app.onboarding.trials.models import Trial
from app.operators.models import Opening
from tenants.db import PLATFORM, db

_TAKEN = text(
    "SELECT slug FROM platform.tenants UNION SELECT slug FROM platform.openings WHERE state IN ('ordered', 'opened')"
)
_PORTALS = text(
    "SELECT DISTINCT t.slug FROM platform.openings o JOIN platform.tenants t ON t.slug = o.slug "
    "WHERE t.status = 'active' AND lower(o.admin_email) = lower(:email) AND o.state = 'done' ORDER BY t.slug LIMIT 10"
)
_TURN = 4231  # the lock under which trials are confirmed


@dataclass(frozen=True, slots=True)
class Standing:
    """How a trial stands. `state`: `waiting` for a yes, `expired`, `making`, `ready` or `refused` for `outcome`."""

    public_id: str
    slug: str
    name: str
    email: str
    state: str
    expires_at: datetime
    outcome: str | None
    url: str


def taken() -> list[str]:
    """Subdomains that are given out or being made."""
    return [row.slug for row in _rows(_TAKEN)]


def wait_for_turn() -> None:
    """Wait until nobody else is given a subdomain by a trial: of two that read alike only one is to be given out."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN}, bind_arguments={"bind": db.engines[PLATFORM]}
    )


def portals(email: str) -> list[str]:
    """Addresses of portals whose first administrator has this e-mail address: for a letter to it, never for a page."""
    found = _rows(_PORTALS, email=email)
    return [settings().url(f"{row.slug}.{settings().base_domain}") for row in found]


def standing(word: str) -> Standing:
    """The trial of a mailed word. Raises `NotThere`."""
    public_id = tokens.read(word)
    found = db.session.execute(
        select(Trial, Opening.state, Opening.outcome)
        .outerjoin(Opening, Opening.id == Trial.opening_id)
        .where(Trial.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotThere("")
    trial, opening, outcome = found
    site = settings().url(f"{trial.slug}.{settings().base_domain}")
    return Standing(
        trial.public_id, trial.slug, trial.name, trial.email, _state(trial, opening), trial.expires_at, outcome, site
    )


def _rows(statement: TextClause, **values: str) -> list[Any]:
    return list(db.session.execute(statement, values, bind_arguments={"bind": db.engines[PLATFORM]}))


def _state(trial: Trial, opening: str | None) -> str:
    if trial.confirmed_at is None:
        return "waiting" if trial.expires_at > now() else "expired"
    return {"opened": "ready", "done": "ready", "refused": "refused"}.get(opening or "", "making")
