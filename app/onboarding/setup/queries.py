"""What a new manager has done and what is missing: looked up each time, never remembered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.onboarding.setup.example import MARK
from tenants.db import db

_FACTS = text(
    "SELECT p.phone IS NOT NULL AS phone, p.email IS NOT NULL AS email, "
    "p.street_line IS NOT NULL AND p.city_line IS NOT NULL AS place, p.logo IS NOT NULL AS logo, "
    "EXISTS (SELECT FROM office_texts WHERE kind = 'terms') AS terms, "
    "EXISTS (SELECT FROM office_texts WHERE kind = 'privacy') AS privacy, "
    "(SELECT count(*) FROM units WHERE until_revision IS NULL AND NOT starts_with(code, :mark)) AS units, "
    "EXISTS (SELECT FROM imports WHERE status IN ('queued', 'running')) AS running, "
    "(SELECT count(*) FROM accounts WHERE role = 'resident' AND status <> 'closed' "
    "AND NOT starts_with(coalesce(person_code, ''), :mark)) AS residents, "
    "(EXISTS (SELECT FROM outbox_items WHERE letter = 'mailout' AND starts_with(cause, 'mailout-test:') "
    "AND state = 'sent') "
    "OR EXISTS (SELECT FROM mailouts WHERE state <> 'draft')) AS mailout "
    "FROM (SELECT 1) AS one LEFT JOIN office_profile p ON p.id = 1"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How far the bound manager is. Counts are of what is not of the sample."""

    phone: bool
    email: bool
    place: bool
    logo: bool
    terms: bool
    privacy: bool
    units: int
    running: bool
    residents: int
    mailout: bool

    @property
    def done(self) -> dict[str, bool]:
        """The steps in order."""
        return {
            "data": self.phone and self.email and self.place,
            "logo": self.logo,
            "texts": self.terms and self.privacy,
            "import": self.units > 0,
            "accounts": self.residents > 0,
            "mailout": self.mailout,
        }


def facts(actor: Actor) -> Facts:
    """Raises `NotThere` without the right to configure."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    row = db.session.execute(_FACTS, {"mark": MARK}).one()
    return Facts(*row)
