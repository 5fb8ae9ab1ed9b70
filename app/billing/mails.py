"""Warnings to a manager's administrators: of debts, of a trial that ends, of what ended with nothing after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.billing import rules, state
from app.billing.state import Account, Standing
from app.core import audit
from app.core.actor import system
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.money import money
from app.outbox import letters
from app.outbox.commands import post_set
from tenants.bound import current

LETTER, TRIAL_LETTER, LAPSE_LETTER = "billing_overdue", "billing_trial", "billing_lapse"
letters.register(letters.Kind(LETTER, _l("Abonament za portal czeka na zapłatę"), lane="urgent"))
letters.register(letters.Kind(TRIAL_LETTER, _l("Okres próbny portalu wkrótce się skończy"), lane="urgent"))
letters.register(letters.Kind(LAPSE_LETTER, _l("Portal czeka na wybór planu"), lane="urgent"))
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
    return _post(LETTER, cause, context, standing.stage)


def tell_of_end(found: Account, left: int, steps: rules.Steps) -> int:
    """Write to the bound manager's administrators that the trial ends soon; once for each of `rules.TRIAL_MARKS`.

    `left` is in days. Returns to how many.
    """
    until = found.trial_until
    mark = rules.trial_mark(until, until - timedelta(days=left)) if until else None
    if until is None or mark is None:
        return 0
    context = {
        "until": f"{until:%d.%m.%Y}",
        "left": left,
        "read_only_on": f"{until + timedelta(days=steps.read_only_days):%d.%m.%Y}",
        **_way_out(),
    }
    return _post(TRIAL_LETTER, f"billing:trial:{until.isoformat()}:{mark}", context, "trial")


def tell_of_lapse(standing: Standing, number: int, steps: rules.Steps) -> int:
    """Write to the bound manager's administrators what ended, what follows and what to do; returns to how many.

    The first letter is written at the end, the others, by `number`, as the warnings of a stage: each once.
    """
    found = standing.lapse
    if found is None:
        return 0
    first = number == 0 and standing.stage in ("good", "warned")
    name = "end" if first else f"{standing.stage}:{number}"
    coming = standing.next
    if coming is not None and coming.stage == "warned":  # another letter is no step to tell of
        coming = rules.Next("read_only", found.since + timedelta(days=steps.read_only_days - 1))
    context = {
        "kind": found.kind,
        "ended": f"{found.since - timedelta(days=1):%d.%m.%Y}",
        "stage": standing.stage,
        "next": coming.stage if coming else "",
        "next_on": f"{coming.on:%d.%m.%Y}" if coming else "",
        **_way_out(),
    }
    return _post(LAPSE_LETTER, f"billing:lapse:{found.kind}:{found.since.isoformat()}:{name}", context, standing.stage)


def _way_out() -> dict[str, Any]:
    return {"online": state.online(), "link": external("/admin/billing")}


def _post(letter: str, cause: str, context: dict[str, Any], stage: str) -> int:
    told = post_set(letter, cause, context, _ADMINS, {})
    if told:
        audit.record(system("billing"), "billing.warned", current().slug, stage=stage, recipients=told)
    return told


#: The stages in which letters leave; a suspended manager's wait.
TOLD_IN = rules.STAGES[:-1]
