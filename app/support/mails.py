"""The letter to the manager's administrators when an operator has come in."""

from __future__ import annotations

from app.accounts.administrators import ADMINISTRATORS
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.outbox import letters
from app.outbox.commands import post_set
from app.support.queries import Came

LETTER = "support_entered"
letters.register(letters.Kind(LETTER, _l("Wsparcie platformy weszło do portalu"), lane="urgent"))


def tell_of(visit_id: int, came: Came) -> int:
    """Write to the bound manager's administrators who came in, once of each visit; returns to how many."""
    context = {
        "operator": came.operator,
        "reason": came.reason,
        "entered": came.entered_at.isoformat(),
        "until": came.until.isoformat(),
        "writes": came.writes,
        "granted_by": came.granted_by,
        "note": came.note,
        "link": external("/admin/support"),
    }
    return post_set(LETTER, f"support:{visit_id}", context, ADMINISTRATORS, {})
