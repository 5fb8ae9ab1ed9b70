"""Photographs that come in pieces over a bad line: a piece that arrived is kept, and sending goes on from there.

Each piece is a file of its own in the storage until the last one has come; then they are put together, checked as any
other file, and added to their week. Nothing is held in memory but one piece, and one whole photograph at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from threading import BoundedSemaphore

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.attachments.checking import checked
from app.attachments.rules import PICTURES, check_size, kind_of, plain_name, refused_kind
from app.core import jobs
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.public_ids import PUBLIC_ID_LENGTH, new_public_id
from app.gateways import files as storage
from app.works.access import Place
from app.works.filing import photos, series
from app.works.filing.models import WorksDocument, WorksSeries, WorksUpload
from app.works.filing.rules import LARGEST
from tenants.db import db
from tenants.keys import file_root

FOLDER = "works_uploads"
FORGET_JOB = "works.pieces"
#: So many bytes has one piece at most; a browser sends half of that.
PIECE = 1 << 20
#: An upload that does not go on is forgotten after so many days.
DAYS_KEPT = 2
#: So many photographs may one account have begun and not finished on one site.
MOST_OPEN = 60
KEY_LENGTH = 300
# Drawing a photograph anew takes up to 200 MB: no more than so many at once in one process.
_drawing = BoundedSemaphore(2)
_OLD = text("DELETE FROM works_uploads WHERE touched_at < now() - make_interval(days => :days) RETURNING public_id")


@dataclass(frozen=True, slots=True)
class Upload:
    """How far an upload came: `received` of `size` bytes; `state` is `open` or `done`, `week_on` where it lies then."""

    id: str
    received: int
    size: int
    state: str
    week_on: date | None


def begin(place: Place, of: str, week_on: date | None, name: str, size: int, key: str) -> Upload:
    """Begin to send a photograph to a series, or go on with it: the same `key` is the same upload.

    Raises `Refused` on `files` for what is too large or too much, on `week` for one to come, `NotThere`.
    """
    place.must_work_here()
    row = series.row_of(place, of)
    if row.kind != "photo":
        raise NotThere("")
    shown = plain_name(name)[:100] or "zdjecie.jpg"
    check_size(shown, size, LARGEST)
    photos.week_for(week_on, None)
    account = place.author.account_id
    mine = [WorksUpload.series_id == row.id, WorksUpload.account_id == account]
    wanted = f"{week_on or ''}|{size}|{key}"[:KEY_LENGTH]
    known = db.session.execute(select(WorksUpload).where(*mine, WorksUpload.key == wanted)).scalar_one_or_none()
    if known is not None and (known.state == "open" or _is_there(known)):
        return _told(known)
    if known is not None:  # its week was withdrawn meanwhile
        db.session.delete(known)
        db.session.flush()
    photos.must_fit(place, size)
    open_ones = select(func.count()).where(
        WorksUpload.site_id == place.id, WorksUpload.account_id == account, WorksUpload.state == "open"
    )
    if db.session.execute(open_ones).scalar_one() >= MOST_OPEN:
        raise Refused(
            _("Masz już %(most)d niedokończonych zdjęć. Dokończ je albo poczekaj dwa dni.", most=MOST_OPEN),
            field="files",
        )
    values = {
        "public_id": new_public_id(), "site_id": place.id, "series_id": row.id, "account_id": account,
        "week_on": week_on, "key": wanted, "name": shown, "size": size,
    }  # fmt: skip
    new = upsert(WorksUpload).values(values)
    db.session.execute(new.on_conflict_do_nothing(index_elements=["series_id", "account_id", "key"]))
    return _told(db.session.execute(select(WorksUpload).where(*mine, WorksUpload.key == wanted)).scalar_one())


def found(place: Place, public_id: str) -> Upload:
    """An upload of one's own on this site. Raises `NotThere`."""
    return _told(_own(place, public_id, lock=False))


def take(place: Place, public_id: str, offset: int, piece: bytes) -> Upload:
    """Take a piece that begins at `offset`; the last one makes a photograph of its week.

    Raises `Conflict` for another offset than the one awaited, `Refused` on `files` for more than was promised and for
    what is no photograph, `TryLater`, `NotThere`.
    """
    place.must_work_here()
    row = _own(place, public_id, lock=True)
    if row.state == "done" or offset != row.received:
        raise Conflict(_("Ten kawałek już mamy albo brakuje wcześniejszego."))
    if not piece or row.received + len(piece) > row.size:
        raise Refused(_("Plik „%(name)s” jest inny, niż zapowiedziano. Wybierz go jeszcze raz.", name=row.name))
    if offset == 0 and kind_of(piece, row.name) not in PICTURES:
        raise refused_kind(row.name, piece, PICTURES)
    if row.received + len(piece) == row.size:
        _finish(place, row, piece)
    else:
        storage.files().put(_name(row.public_id, offset), BytesIO(piece))
    row.received += len(piece)
    row.touched_at = now()
    return _told(row)


def forget_pieces(public_id: str) -> None:
    """Remove the pieces of an upload; those that are not there are no fault."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        return
    for name in storage.files().names(f"{file_root()}/{FOLDER}/{public_id}"):
        storage.files().delete(f"{file_root()}/{FOLDER}/{public_id}/{name}")


def forget_old() -> int:
    """Remove uploads that do not go on, with their pieces; returns how many."""
    gone = db.session.execute(_OLD, {"days": DAYS_KEPT}).scalars().all()
    for public_id in gone:
        jobs.enqueue(FORGET_JOB, public_id, {"public_id": public_id}, lane="bulk")
    return len(gone)


def _is_there(row: WorksUpload) -> bool:
    """Whether the week to which a photograph was added is still there."""
    week = select(WorksDocument.id).where(
        WorksDocument.series_id == row.series_id, WorksDocument.week_on == row.week_on,
        WorksDocument.kind == "photo", WorksDocument.withdrawn_at.is_(None),
    )  # fmt: skip
    return db.session.execute(week).first() is not None


def _told(row: WorksUpload) -> Upload:
    return Upload(row.public_id, row.received, row.size, row.state, row.week_on)


def _finish(place: Place, row: WorksUpload, last: bytes) -> None:
    with _drawing:
        content = _whole(row) + last
        if len(content) != row.size:
            raise TryLater(_("Nie udało się odczytać kawałków pliku. Spróbuj za chwilę."))
        taken = photos.taken_on(BytesIO(content))
        week = photos.week_for(row.week_on, taken)
        photo = checked(row.name, content, PICTURES, LARGEST)
    photos.add_photos(place, db.session.get_one(WorksSeries, row.series_id), week, [(photo, taken)])
    row.state, row.week_on = "done", week
    jobs.enqueue(FORGET_JOB, row.public_id, {"public_id": row.public_id}, lane="bulk")


def _whole(row: WorksUpload) -> bytes:
    """All pieces that came so far, in their order: each begins where the one before ends."""
    whole = bytearray()
    while len(whole) < row.received:
        with storage.files().reading(_name(row.public_id, len(whole))) as source:
            piece = source.read(PIECE)
        if not piece:
            break
        whole += piece
    return bytes(whole)


def _name(public_id: str, offset: int) -> str:
    return storage.key(FOLDER, f"{public_id}/{offset:012d}")


def _own(place: Place, public_id: str, *, lock: bool) -> WorksUpload:
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    wanted = select(WorksUpload).where(
        WorksUpload.public_id == public_id, WorksUpload.site_id == place.id,
        WorksUpload.account_id == place.author.account_id,
    )  # fmt: skip
    row: WorksUpload | None = db.session.execute(wanted.with_for_update() if lock else wanted).scalar_one_or_none()
    if row is None:
        raise NotThere("")
    return row
