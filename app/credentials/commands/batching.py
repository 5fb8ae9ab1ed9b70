"""Credentials for a staircase, a building or everybody: one person in one transaction, so that a kill costs nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts import rules as accounts
from app.accounts.commands import create_account
from app.accounts.models import Account
from app.accounts.queries import reach
from app.core import audit, jobs, work
from app.core.actor import Actor, Can
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.credentials import rules
from app.credentials.commands.handing import hand_out
from app.credentials.models import CredentialBatch, CredentialBatchPerson, CredentialIssue
from app.credentials.places import CANDIDATES, Place, candidate_values, checked
from app.credentials.recipients import of_account, of_person
from app.estate import queries as estate
from app.gateways import gsm
from tenants.db import db

BATCH_JOB = "credentials.batch"
TURN_SECONDS = 2.0
_PEOPLE = text(
    "INSERT INTO credential_batch_people (batch_id, person_code, position, place) "
    f"SELECT :batch, c.person_code, c.position, c.place FROM ({CANDIDATES}) AS c"
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a place, a way of `rules.BATCH_WAYS`, and whether accounts that nobody has entered count."""

    place: Place
    way: str
    unopened: bool = False


def start(actor: Actor, order: Order, form_key: str) -> str:
    """Begin a batch and return its public id; the same `form_key` begins nothing anew.

    Raises `NotThere` without the right, `Refused` with field `building`, `staircase` or `way`, or when nobody is left.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    if order.way not in rules.BATCH_WAYS:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="way")
    label = checked(actor, order.place)
    row = insert(CredentialBatch).values(
        public_id=new_public_id(),
        form_key=form_key.replace("\0", "")[:64] or new_public_id(),
        building=order.place.building,
        staircase=order.place.staircase,
        label=label,
        way=order.way,
        unopened=order.unopened,
        created_by=actor.login,
        scope=None if actor.buildings is None else sorted(actor.buildings),
    )
    made = db.session.execute(
        row.on_conflict_do_nothing(index_elements=["form_key"]).returning(CredentialBatch.id, CredentialBatch.public_id)
    ).first()
    if made is None:
        known = select(CredentialBatch.public_id).where(CredentialBatch.form_key == form_key)
        return str(db.session.execute(known).scalar_one())
    values = candidate_values(actor, order.place, order.unopened)
    people = db.session.execute(_PEOPLE, {"batch": made.id, **values})
    if not people.rowcount:  # type: ignore[attr-defined]
        raise Refused(_("Nie ma tu nikogo, komu trzeba wydać dane do logowania."), field="building")
    jobs.enqueue(BATCH_JOB, made.public_id, {"public_id": made.public_id}, lane="normal")
    audit.record(
        actor, "credentials.batch_started", label, way=order.way, people=people.rowcount,  # type: ignore[attr-defined]
    )  # fmt: skip
    return str(made.public_id)


def turn(public_id: str, seconds: float = TURN_SECONDS) -> bool:
    """Hand out for about `seconds`; commits after each person. True while there is more to do."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        batch = running(public_id)
        if batch is None:
            return False
        if not _next(batch):
            return _handed(batch)
        work.commit()
    return True


def running(public_id: str) -> CredentialBatch | None:
    """The batch while it hands out."""
    found = select(CredentialBatch).where(CredentialBatch.public_id == public_id, CredentialBatch.state == "running")
    batch: CredentialBatch | None = db.session.scalars(found).one_or_none()
    return batch


def fail(public_id: str, error: str) -> None:
    """Let the batch's page say that it was given up; what was handed out stays."""
    batch = db.session.scalars(select(CredentialBatch).where(CredentialBatch.public_id == public_id)).one_or_none()
    if batch is not None and batch.state in ("running", "printing"):
        batch.state, batch.error, batch.finished_at = "failed", error[:500], now()


def _next(batch: CredentialBatch) -> bool:
    """Hand out to the next person who waits; False when nobody does."""
    waiting = (
        select(CredentialBatchPerson)
        .where(CredentialBatchPerson.batch_id == batch.id, CredentialBatchPerson.state == "waiting")
        .order_by(CredentialBatchPerson.position)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.session.scalars(waiting).one_or_none()
    if row is None:
        return False
    actor = Actor(
        kind="system", login=batch.created_by, buildings=None if batch.scope is None else frozenset(batch.scope)
    )
    try:
        with db.session.begin_nested():
            row.way, row.issue_id = _person(actor, batch, row.person_code)
        row.state = "issued"
    except accounts.Busy:
        raise
    except Refused as refusal:
        row.state, row.way, row.reason = "unreachable", None, refusal.message
    return True


def _person(actor: Actor, batch: CredentialBatch, code: str) -> tuple[str, int]:
    """Credentials for one person: the way and the issue. Raises `Refused`; then nothing has been made."""
    account = db.session.scalars(
        select(Account).where(Account.person_code == code, Account.status == "active").order_by(Account.id).limit(1)
    ).one_or_none()
    if account is not None and (account.last_login_at is not None or not batch.unopened):
        raise Refused(_("Ta osoba ma już konto"))
    if not reach.within(actor, account.id if account else 0, code, today()):
        raise Refused(_("Ta osoba ma też lokale w innych budynkach"))
    recipient = of_account(account) if account else of_person(code)
    offer = rules.chosen(batch.way, recipient.reach)
    if offer.against is not None:
        raise Refused(offer.against)
    if account is None:
        account = _opened(actor, code, recipient.reach)
    issued = hand_out(actor, account, offer.way, batch_id=batch.id, lane="bulk")
    issue_id = db.session.execute(
        select(CredentialIssue.id).where(CredentialIssue.public_id == issued.public_id)
    ).scalar_one()
    return offer.way, int(issue_id)


def _opened(actor: Actor, code: str, known: rules.Reach) -> Account:
    """A new account with the person's code for its login; what the books say of e-mail and phone is vouched for."""
    # whoever is limited to buildings must name units; those of the books go on following the books
    units = () if actor.buildings is None else estate.units_held(actor, code, today())
    account = create_account(actor, code, units, person_code=code, email=_email(known)).account
    account.phone = gsm.e164(known.phone)
    return account


def _email(known: rules.Reach) -> str | None:
    try:
        return accounts.checked_email(known.email)
    except Refused:
        return None


def _handed(batch: CredentialBatch) -> bool:
    """Go on to printing, unless another process still hands out to somebody. True when there is more to do."""
    of_batch = CredentialBatchPerson.batch_id == batch.id
    left = db.session.scalar(select(func.count()).where(of_batch, CredentialBatchPerson.state == "waiting"))
    if left:
        return True
    letters = db.session.scalar(select(func.count()).where(of_batch, CredentialBatchPerson.way == rules.LETTER))
    batch.state = "printing" if letters else "done"
    batch.finished_at = None if letters else now()
    return bool(letters)
