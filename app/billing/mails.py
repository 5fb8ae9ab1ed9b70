"""Warnings to a manager's administrators."""

from __future__ import annotations

from app.billing import rules
from app.billing.state import Standing
from app.core import audit
from app.core.actor import system
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.money import money
from app.outbox import letters
from app.outbox.commands import post_set
from tenants.bound import current

LETTER = "billing_overdue"
letters.register(letters.Kind(LETTER, _l("Abonament za portal czeka na zapłatę"), lane="urgent"))
_ADMINS = (
    "SELECT 'account:' || a.id AS recipient_key, a.email AS address, a.login AS name, "
    "coalesce(a.locale, 'pl') AS locale, '{}'::jsonb AS context FROM accounts a "
    "WHERE a.role = 'admin' AND a.status = 'active' AND a.email <> '' "
    "AND NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id)"
)


def warn(standing: Standing, number: int) -> int:
    """Write to the bound manager's administrators what is owed and what follows; returns to how many.

    `number` counts the warnings of a stage: each is written once, however often this is called.
    """
    owed = standing.overdue
    if owed is None:
        return 0
    context = {
        "amount": money(owed.gross),
        "invoices": owed.invoices,
        "since": f"{owed.since:%d.%m.%Y}",
        "stage": standing.stage,
        "next": standing.next.stage if standing.next else "",
        "next_on": f"{standing.next.on:%d.%m.%Y}" if standing.next else "",
        "link": external("/admin/billing"),
    }
    cause = f"billing:{standing.stage}:{owed.since.isoformat()}:{number}"
    told = post_set(LETTER, cause, context, _ADMINS, {})
    if told:
        audit.record(system("billing"), "billing.warned", current().slug, stage=standing.stage, recipients=told)
    return told


#: The stages in which letters still leave; a suspended manager's wait.
TOLD_IN = rules.STAGES[1:-1]
