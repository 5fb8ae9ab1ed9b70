"""Staff's word on readings that looked odd: accepted, or rejected with a word to the resident."""

from __future__ import annotations

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.estate import scope
from app.notifications.commands import tell
from app.notifications.happenings import READINGS
from app.outbox import letters
from tenants.db import db

LETTER, MOST_WORDS = "reading_rejected", 500
letters.register(letters.Kind(LETTER, _l("Sprawdź jeszcze raz stan licznika"), topic=READINGS))
_ONE = text(
    "SELECT r.id, r.state, r.live, r.serial, r.unit_code, r.value, c.account_id, c.public_id AS receipt, "
    "w.public_id AS window_id FROM reported_readings r LEFT JOIN reading_receipts c ON c.id = r.receipt_id "
    f"LEFT JOIN reading_windows w ON w.id = r.window_id WHERE r.public_id = :id AND {scope.units('r.unit_code')}"
)
_DECIDE = text(
    "UPDATE reported_readings SET state = :state, answer = :answer, decided_by = :by, decided_at = now() "
    "WHERE id = :id AND live AND state = :was RETURNING id"
)


def accept(actor: Actor, public_id: str) -> str:
    """Take an odd reading as it is; returns its unit. Raises `NotThere`, `Conflict` when it was decided already."""
    return _decide(actor, public_id, "accepted", "")


def reject(actor: Actor, public_id: str, answer: str) -> str:
    """Do not take a reading, and say why to who told it; returns its unit. Raises `Refused` without a word,
    `NotThere`, `Conflict`."""
    answer = answer.replace("\0", "").strip()
    if not answer:
        raise Refused(_("Napisz mieszkańcowi, dlaczego nie przyjmujesz odczytu."), field="answer")
    if len(answer) > MOST_WORDS:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=MOST_WORDS), field="answer")
    return _decide(actor, public_id, "rejected", answer)


def _decide(actor: Actor, public_id: str, state: str, answer: str) -> str:
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")
    row = db.session.execute(_ONE, {**scope.values(actor), "id": public_id.replace("\0", "")}).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego odczytu."))
    was = "doubtful" if state == "accepted" or row.state == "doubtful" else "accepted"
    values = {"id": row.id, "state": state, "answer": answer, "by": actor.login, "was": was}
    if db.session.execute(_DECIDE, values).scalar() is None:
        raise Conflict(_("Ktoś już zdecydował o tym odczycie albo podano nowy."))
    audit.record(
        actor, f"meters.reading_{state}", row.unit_code,
        before={"state": row.state}, after={"state": state, "serial": row.serial, "value": f"{row.value:f}"},
    )  # fmt: skip
    if state == "rejected" and row.account_id is not None and row.window_id is not None:
        link = external(f"/media/meters/windows/{row.window_id}?unit={row.unit_code}")
        tell(READINGS, f"reading:{public_id}:rejected", row.account_id, LETTER, {"words": answer, "link": link})
    return str(row.unit_code)
