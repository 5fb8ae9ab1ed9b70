"""Telling the person on a decision, a month ahead, that it ends. The letter does not say of what kind it is:
others may see it on a screen, and only the person is to know."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import text

from app.allowances.rules import REMINDER_DAYS
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds
from app.notifications.commands import tell
from app.notifications.kinds import Kind
from app.outbox import letters
from tenants.db import db

KIND, LETTER, JOB = "decisions", "decision_ending", "allowances.remind"
kinds.register(
    Kind(
        KIND,
        _l("Kończące się decyzje"),
        _l("Miesiąc przed końcem okresu, na który przyznano Ci dodatek mieszkaniowy. Tylko do Ciebie."),
        order=30,
    )
)
letters.register(letters.Kind(LETTER, _l("Zbliża się ważny dla Ciebie termin"), topic=KIND))
# Who has been granted a further period at the same unit need not be told that this one ends.
_ENDING = text(
    "SELECT h.decision, h.to_on, a.id FROM housing_allowances h JOIN accounts a ON a.person_code = h.person_code "
    "AND a.role = 'resident' AND a.status = 'active' WHERE h.until_revision IS NULL "
    "AND h.to_on BETWEEN :today AND :last AND NOT EXISTS (SELECT 1 FROM housing_allowances n "
    "WHERE n.person_code = h.person_code AND n.unit_code = h.unit_code AND n.until_revision IS NULL "
    "AND n.to_on > h.to_on) ORDER BY h.to_on, h.decision, a.id"
)


def remind(today: date) -> int:
    """Tell who has a decision that ends within `REMINDER_DAYS`; returns how many letters are new.

    Once for a decision, its last day and account, however often this runs; a day that was missed is made up for.
    """
    values = {"today": today, "last": today + timedelta(days=REMINDER_DAYS)}
    told = 0
    for decision, to_on, account in db.session.execute(_ENDING, values).all():
        # The outbox is read by staff: no number of a decision stands in it.
        cause = f"decision:{sha256(f'{decision}:{to_on}'.encode()).hexdigest()[:32]}"
        context = {"day": f"{to_on:%d.%m.%Y}", "link": external("/me/allowances")}
        told += tell(KIND, cause, account, LETTER, context)
    return told
