"""Who may read which letter, as SQL."""

from __future__ import annotations

from typing import Any

from app.works.access import Place
from app.works.rules import Right

#: A letter `l` is mine: I wrote it, or it was sent to me.
MINE = (
    "(l.account_id = :account OR EXISTS "
    "(SELECT FROM works_addressees d WHERE d.letter_id = l.id AND d.account_id = :account))"
)
#: A letter `l` that the one who stands on the site may read; one that is held only who decides about it.
SEEN = f"(l.site_id = :site AND ((l.state = 'sent' AND (:sees_letters OR {MINE})) OR (l.state = 'held' AND :manages)))"


def values(place: Place) -> dict[str, Any]:
    """The parameters of `SEEN` and `MINE`."""
    return {
        "site": place.id,
        "account": place.author.account_id,
        "sees_letters": place.may(Right.SEE_LETTERS),
        "manages": place.may(Right.MANAGE),
    }
