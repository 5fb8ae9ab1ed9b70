"""Whom a housing allowance (dodatek mieszkaniowy) concerns: nobody but the person on the decision.

What it pays is credited to an account that co-owners, proxies and the office's other guests see as well, and their
sums must be right. To them such a credit is a payment like any other: its kind, title and document are not told.
"""

from __future__ import annotations

from typing import Any

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor

_MONTH = "coalesce(to_date(e.period, 'YYYY-MM'), date_trunc('month', e.booked_on)::date)"
_COVERS = "{0}.unit_code = e.unit_code AND {0}.until_revision IS NULL AND " + (
    f"{_MONTH} BETWEEN date_trunc('month', {{0}}.from_on)::date AND {{0}}.to_on"
)
# Where somebody else at the unit was granted one as well, only a credit of just one's own amount is one's own.
_CONCEALED = (
    "e.kind = 'allowance' AND NOT EXISTS (SELECT 1 FROM housing_allowances h "
    f"WHERE h.person_code = :person AND {_COVERS.format('h')} AND (e.credit = h.monthly OR NOT EXISTS ("
    f"SELECT 1 FROM housing_allowances o WHERE o.person_code <> h.person_code AND {_COVERS.format('o')})))"
)
#: The table `ledger_entries`, and whether an entry is `concealed` from the person `:person`.
MARKED = f"(SELECT e.*, {_CONCEALED} AS concealed FROM ledger_entries e)"
#: What is told of a row of `MARKED`, in place of its columns of these names.
KIND = "CASE WHEN concealed THEN 'payment' ELSE kind END AS kind"
TITLE, DOCUMENT = (f"CASE WHEN concealed THEN NULL ELSE {column} END AS {column}" for column in ("title", "document"))
#: Stands in a statement for the table `ledger_entries`, with the same columns, as the person `:person` may read them.
LEDGER = (
    f"(SELECT id, since_revision, until_revision, entry, unit_code, {KIND}, account, booked_on, due_on, period, "
    f"debit, credit, {DOCUMENT}, {TITLE} FROM {MARKED} AS marked)"
)


def reader(actor: Actor, unit: HeldUnit) -> dict[str, Any]:
    """The values that statements over `LEDGER` take: the unit's code and the person who reads.

    Staff who see with a resident's eyes are nobody on any decision.
    """
    return {"unit": unit.code, "person": actor.person_code if actor.watcher is None else None}
