"""Files of readings: checked at once, published or thrown away as a whole, taken back as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.estate import scope
from app.meters import files, plausibility
from app.meters.commands.telling import Row, write
from app.meters.files import Fault, FileRow
from app.meters.queries import history
from app.meters.queries.history import Known
from app.meters.usage import Reading
from tenants.bound import current
from tenants.db import db

MOST_ROWS = 50_000
MOST_FAULTS = 100
_SAME = text("SELECT public_id FROM reading_batches WHERE form_key = :form_key AND created_by = :by")
_NEW = text(
    "INSERT INTO reading_batches (public_id, form_key, file_name, created_by) "
    "VALUES (:public_id, :form_key, :name, :by) RETURNING id"
)
_ROW = text(
    "INSERT INTO reading_batch_rows (batch_id, row, serial, unit_code, medium, read_on, value, source, doubts) "
    "VALUES (:batch, :row, :serial, :unit, :medium, :read_on, :value, :source, :doubts)"
)
_OWN = text(f"SELECT code FROM units WHERE until_revision IS NULL AND code = ANY(:units) AND {scope.units('code')}")
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 13))")
_STATE = text(
    "UPDATE reading_batches SET state = :state, ended_by = :by, ended_at = now() "
    "WHERE public_id = :id AND state = :was RETURNING id"
)
_KNOWN = text(
    "SELECT id FROM reading_batches b WHERE public_id = :id AND (b.created_by = :by OR CAST(:scope AS text[]) IS NULL)"
)
_ROWS = text(
    "SELECT serial, unit_code, medium, read_on, value, doubts FROM reading_batch_rows WHERE batch_id = :batch "
    "ORDER BY row"
)
_WITHDRAW = text("UPDATE reported_readings SET live = false WHERE batch_id = :batch AND live RETURNING id")
# What the file had overtaken counts again, unless something newer stands in its place.
_RESTORE = text(
    "UPDATE reported_readings r SET live = true, replaced_by = NULL WHERE r.replaced_by = ANY(:gone) "
    "AND NOT EXISTS (SELECT FROM reported_readings o WHERE o.live AND o.serial = r.serial AND o.state <> 'rejected' "
    "AND (o.read_on = r.read_on OR o.window_id = r.window_id))"
)


class Faulty(Exception):
    """The file cannot be taken: `faults` say why, `count` is how many there are in truth."""

    def __init__(self, faults: Sequence[Fault], count: int) -> None:
        super().__init__(count)
        self.faults, self.count = list(faults), count


def receive(actor: Actor, name: str, content: bytes, form_key: str) -> str:
    """Read and check a file; returns the public id of what waits to be published. Raises `Faulty`, `Refused`."""
    _may(actor)
    form_key = form_key.replace("\0", "")[:60] or new_public_id()
    same = db.session.execute(_SAME, {"form_key": form_key, "by": actor.login}).scalar()
    if same is not None:
        return str(same)
    found = files.read(name, content)
    if found.faults:
        raise Faulty(found.faults[:MOST_FAULTS], len(found.faults))
    if not found.rows:
        raise Refused(_("W tym pliku nie ma żadnego odczytu."), field="file")
    if len(found.rows) > MOST_ROWS:
        raise Refused(_("W jednym pliku może być najwyżej %(max)d odczytów.", max=MOST_ROWS), field="file")
    known = history.known_meters(sorted({row.serial for row in found.rows}))
    _check(actor, found.rows, known)
    public_id = new_public_id()
    values = {"public_id": public_id, "form_key": form_key, "name": name.replace("\0", "")[:200], "by": actor.login}
    batch = db.session.execute(_NEW, values).scalar_one()
    db.session.execute(_ROW, [_values(batch, row, known[row.serial]) for row in found.rows])
    audit.record(actor, "meters.batch_checked", public_id, file=values["name"], rows=len(found.rows))
    return public_id


def publish(actor: Actor, public_id: str) -> int:
    """Let the readings of a file count; returns how many. Raises `NotThere`, `Conflict` when that was decided."""
    batch = _decided(actor, public_id, "checked", "published")
    rows = db.session.execute(_ROWS, {"batch": batch}).all()
    for one in rows:
        write(
            Row(
                one.serial, one.unit_code, one.medium, one.read_on, one.value, "file", "accepted",
                tuple(one.doubts), batch=batch,
            )
        )  # fmt: skip
    audit.record(actor, "meters.batch_published", public_id, rows=len(rows))
    return len(rows)


def discard(actor: Actor, public_id: str) -> None:
    """Throw a checked file away. Raises `NotThere`, `Conflict`."""
    _decided(actor, public_id, "checked", "discarded")
    audit.record(actor, "meters.batch_discarded", public_id)


def withdraw(actor: Actor, public_id: str) -> int:
    """Take a published file back; what it had overtaken counts again. Returns how many readings went."""
    batch = _decided(actor, public_id, "published", "withdrawn")
    gone = list(db.session.execute(_WITHDRAW, {"batch": batch}).scalars())
    db.session.execute(_RESTORE, {"gone": gone})
    audit.record(actor, "meters.batch_withdrawn", public_id, rows=len(gone))
    return len(gone)


def _may(actor: Actor) -> None:
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")


def _decided(actor: Actor, public_id: str, was: str, state: str) -> int:
    _may(actor)
    db.session.execute(_TURN, {"key": f"readings:{current().id}"})
    values = {**scope.values(actor), "id": public_id.replace("\0", ""), "by": actor.login}
    if db.session.execute(_KNOWN, values).scalar() is None:
        raise NotThere(_("Nie ma takiego pliku odczytów."))
    done = db.session.execute(_STATE, {"id": values["id"], "by": actor.login, "was": was, "state": state}).scalar()
    if done is None:
        raise Conflict(_("O tym pliku ktoś już zdecydował."))
    return int(done)


def _check(actor: Actor, rows: Sequence[FileRow], known: dict[str, Known]) -> None:
    """Raises `Faulty` with all that cannot be: unknown meters, days to come, days before the last, doubled rows."""
    units = sorted({one.unit_code for one in known.values()})
    own = set(db.session.execute(_OWN, {**scope.values(actor), "units": units}).scalars())
    faults, seen = list[Fault](), Counter[tuple[str, Any]]()
    for row in rows:
        meter = known.get(row.serial)
        if meter is None or meter.unit_code not in own:
            said = _("Nie ma czynnego licznika o numerze „%(serial)s”.", serial=row.serial[:80])
            faults.append(Fault(row.row, said))
            continue
        seen[row.serial, row.read_on] += 1
        if seen[row.serial, row.read_on] > 1:
            faults.append(Fault(row.row, _("Ten licznik ma już w pliku odczyt z tego dnia.")))
        try:
            plausibility.check_day(row.read_on, today(), meter.last.day if meter.last else None)
        except Refused as refusal:
            faults.append(Fault(row.row, refusal.message))
    if faults:
        raise Faulty(faults[:MOST_FAULTS], len(faults))


def _values(batch: int, row: FileRow, known: Known) -> dict[str, Any]:
    doubts = plausibility.doubts(known.medium, Reading(row.read_on, row.value), known.steps, known.last)
    return {
        "batch": batch,
        "row": row.row,
        "serial": row.serial,
        "unit": known.unit_code,
        "medium": known.medium,
        "read_on": row.read_on,
        "value": row.value,
        "source": row.source,
        "doubts": [one.code for one in doubts],
    }
