"""A mailout as a draft: its words, and the files that go with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from app.attachments import contents
from app.attachments.commands import keep
from app.attachments.owners import owner
from app.attachments.rules import Checked
from app.audience import queries as audiences
from app.audience.rules import audience
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.estate import scope
from app.mailouts import rules
from app.mailouts.models import Mailout, MailoutFile
from app.mailouts.queries import mine
from app.mailouts.rules import DRAFT, Order
from app.outbox.attaching import CannotAttach, check
from app.outbox.rules import told
from tenants.db import db

MOST_FILES = 5
owner(
    "mailouts",
    "SELECT file_id FROM mailout_files UNION ALL SELECT CAST(x ->> 'file' AS bigint) "
    "FROM mailouts, jsonb_array_elements(attachments) AS x",
)
_UNITS = text(
    f"SELECT code FROM units WHERE until_revision IS NULL AND {scope.units('code')} ORDER BY length(code) DESC, code"
)


def write(actor: Actor, order: Order, form_key: str | None = None, public_id: str | None = None) -> str:
    """Write a draft, or write it anew; returns its public id. The same `form_key` again is the same draft.

    One that is no draft any more stays as it is. Raises `Refused` with the field, and `NotThere`.
    """
    may(actor)
    given = rules.order(order)
    chosen = audiences.checked(actor, audience(given.audience))
    when = rules.due(given.run_at, now())
    row = locked(actor, public_id) if public_id else _fresh(actor, form_key)
    if row.state != DRAFT:
        return row.public_id
    row.subject, row.body, row.sms_text = given.subject, given.body, given.sms_text
    row.audience, row.channels = chosen.as_json(), given.channels.as_json()
    row.important, row.run_at, row.skip_missing = given.important, when, given.skip_missing
    row.confirm = given.confirm or row.confirm
    files = [item for item in row.attachments if "file" in item]
    row.attachments = [*files, *({"paper": paper} for paper in given.papers)]
    db.session.flush()
    return row.public_id


def add_files(actor: Actor, public_id: str, files: Iterable[Checked]) -> None:
    """Files that everybody gets; they are read, to be looked through before the mailout goes. Raises `Refused`."""
    row = _draft(actor, public_id)
    kept = [{"file": keep(file).id, "name": file.name} for file in files]
    known = {item["file"] for item in row.attachments if "file" in item}
    row.attachments = row.attachments + [item for item in kept if item["file"] not in known]
    shared = [item for item in row.attachments if "file" in item]
    contents.want([item["file"] for item in shared])
    if len(shared) > MOST_FILES:
        raise Refused(_("Możesz dołączyć najwyżej %(most)d plików.", most=MOST_FILES), field="files")
    try:
        check(shared)
    except CannotAttach as refusal:
        raise Refused(told(str(refusal)), field="files") from None
    db.session.flush()


def carry(actor: Actor, public_id: str, files: Iterable[tuple[int, str]]) -> bool:
    """Have a draft bring stored files (id and name) to everybody, if one letter can take them all; returns whether."""
    row = _draft(actor, public_id)
    wanted = [{"file": file_id, "name": name} for file_id, name in files]
    try:
        check(wanted)
    except CannotAttach:
        return False
    row.attachments = row.attachments + wanted
    return True


def drop_file(actor: Actor, public_id: str, number: int) -> None:
    """Take the file with this place in the list of attachments away; one that is not there is no fault."""
    row = _draft(actor, public_id)
    row.attachments = [item for at, item in enumerate(row.attachments) if at != number or "file" not in item]


def add_unit_files(actor: Actor, public_id: str, files: Iterable[Checked]) -> list[str]:
    """Files of units, matched by the code in the name; returns the names of those that match none.

    A file given later for the same unit takes the place of the earlier one.
    """
    row = _draft(actor, public_id)
    codes = list(db.session.execute(_UNITS, scope.values(actor)).scalars())
    unmatched = []
    for file in files:
        code = matched(file.name, codes)
        if code is None:
            unmatched.append(file.name)
            continue
        one = insert(MailoutFile).values(mailout_id=row.id, unit_code=code, file_id=keep(file).id, name=file.name)
        fresh = {"file_id": one.excluded.file_id, "name": one.excluded.name}
        db.session.execute(one.on_conflict_do_update(index_elements=["mailout_id", "unit_code"], set_=fresh))
    return unmatched


def drop_unit_files(actor: Actor, public_id: str) -> None:
    """Take all files of units away."""
    row = _draft(actor, public_id)
    db.session.execute(delete(MailoutFile).where(MailoutFile.mailout_id == row.id))


def discard(actor: Actor, public_id: str) -> None:
    """Throw a draft away. Raises `Conflict` for one that has been sent."""
    row = _draft(actor, public_id)
    audit.record(actor, "mailout.discarded", f"mailout:{public_id}", title=row.subject)
    db.session.delete(row)


def matched(name: str, codes: Iterable[str]) -> str | None:
    """The unit whose code stands in a file's name by itself, the longest first; None when none does.

    Signs that no file name may hold are read as the `-` or `_` that people put there.
    """
    stem = _plain(name.rpartition(".")[0] or name)
    for code in codes:
        if re.search(rf"(?<![0-9a-z]){re.escape(_plain(code))}(?![0-9a-z])", stem):
            return code
    return None


def may(actor: Actor) -> None:
    """Raises `NotThere` for who may not send mailouts."""
    if not actor.may(Can.SEND_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))


def locked(actor: Actor, public_id: str) -> Mailout:
    """A mailout of the actor's to be changed. Raises `NotThere`."""
    may(actor)
    wanted = select(Mailout).where(Mailout.public_id == public_id.replace("\0", ""), mine(actor)).with_for_update()
    row: Mailout | None = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej wysyłki."))
    return row


def _draft(actor: Actor, public_id: str) -> Mailout:
    row = locked(actor, public_id)
    if row.state != DRAFT:
        raise Conflict(_("Ta wysyłka już się zaczęła, więc nie można jej zmienić."))
    return row


def _fresh(actor: Actor, form_key: str | None) -> Mailout:
    by = actor.name or actor.login
    one = insert(Mailout).values(
        public_id=new_public_id(), form_key=form_key, subject="", body="", audience={"all": True}, created_by=by,
        state=DRAFT, author=actor.account_id,
    )  # fmt: skip
    written = db.session.execute(one.on_conflict_do_nothing(index_elements=["form_key"]).returning(Mailout.id)).scalar()
    wanted = select(Mailout).where(Mailout.id == written if written else Mailout.form_key == form_key)
    row: Mailout = db.session.execute(wanted.with_for_update()).scalar_one()
    if not written and row.author != actor.account_id:
        raise NotThere(_("Nie ma takiej wysyłki."))
    return row


def _plain(text: str) -> str:
    return re.sub(r"[\s/\\_.:-]+", "-", text.strip()).casefold()
