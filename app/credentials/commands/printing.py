"""Letters on paper: made once, kept sealed, downloaded by who may, wiped."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.credentials import paper, queries, rules, sealing
from app.credentials.commands.wiping import wipe_batch, wipe_later
from app.credentials.models import CredentialBatch, CredentialBatchPerson, CredentialIssue
from app.gateways import files as storage
from tenants.db import db


def print_part(public_id: str) -> bool:
    """Make and store the next letters of a batch. True while there are more.

    A file that was stored without its row, because the process died between the two, is written over.
    """
    batch = _printing(public_id)
    if batch is None:
        return False
    rows = _unprinted(batch)
    if not rows:
        batch.state, batch.finished_at = "done", now()
        batch.letters_until = now() + rules.LETTERS_LIFE if batch.parts else None
        wipe_later()
        return False
    number = len(batch.parts) + 1
    made = paper.letters([sealing.unseal(issue.sealed or {}) for _row, issue in rows], apart=True)
    place = storage.key("credentials", f"{batch.public_id}-{number}")
    storage.files().put(place, io.BytesIO(sealing.seal_bytes(made)))
    for row, _issue in rows:
        row.part = number
    about = {"key": place, "letters": len(rows), "first": rows[0][0].place, "last": rows[-1][0].place}
    batch.parts = [*batch.parts, about]
    return True


def part_pdf(actor: Actor, public_id: str, number: int) -> bytes:
    """The letters of one part of a batch. Raises `NotThere`, also when they have been wiped."""
    batch = queries.batch_row(actor, public_id)
    if batch.wiped_at is not None or not 1 <= number <= len(batch.parts):
        raise NotThere(_("Tych listów już nie ma."))
    try:
        with storage.files().local_path(batch.parts[number - 1]["key"]) as path:
            made = sealing.unseal_bytes(path.read_bytes())
    except FileNotFoundError:
        raise NotThere(_("Tych listów już nie ma.")) from None
    audit.record(actor, "credentials.letters_downloaded", batch.label, part=number, letters=_count(batch, number))
    return made


def printed(actor: Actor, public_id: str) -> None:
    """The letters of a batch are on paper: delete them here. Raises `NotThere`."""
    batch = queries.batch_row(actor, public_id)
    if batch.state != "done" or batch.wiped_at is not None:
        return
    wipe_batch(batch)
    audit.record(actor, "credentials.letters_wiped", batch.label)


def letter_pdf(actor: Actor, public_id: str) -> tuple[str, bytes]:
    """The login and the letter of one issue. Raises `NotThere`, also when its words have been forgotten."""
    issue, account = queries.issue_row(actor, public_id)
    if issue.sealed is None:
        raise NotThere(_("Tego listu już nie ma. Wydaj nowe dane do logowania."))
    made = paper.letters([sealing.unseal(issue.sealed)])
    issue.printed_at = now()
    audit.record(actor, "credentials.letter_downloaded", account.login)
    return str(account.login), made


def _printing(public_id: str) -> CredentialBatch | None:
    found: CredentialBatch | None = db.session.scalars(
        select(CredentialBatch)
        .where(CredentialBatch.public_id == public_id, CredentialBatch.state == "printing")
        .with_for_update()
    ).one_or_none()
    return found


def _unprinted(batch: CredentialBatch) -> list[tuple[CredentialBatchPerson, CredentialIssue]]:
    found = (
        select(CredentialBatchPerson, CredentialIssue)
        .join(CredentialIssue, CredentialIssue.id == CredentialBatchPerson.issue_id)
        .where(
            CredentialBatchPerson.batch_id == batch.id,
            CredentialBatchPerson.part.is_(None),
            CredentialIssue.sealed.is_not(None),
        )
        .order_by(CredentialBatchPerson.position)
        .limit(rules.PART)
    )
    rows: list[Any] = list(db.session.execute(found))
    return [(row[0], row[1]) for row in rows]


def _count(batch: CredentialBatch, number: int) -> int:
    return int(batch.parts[number - 1]["letters"])
