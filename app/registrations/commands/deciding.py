"""What staff do: record a paper, ask, approve, reject. The row is locked, and who read an older version is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from app.accounts.models import Account
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import local, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.credentials.commands import hand_out
from app.office import settings, texts
from app.registrations import mails, queries, rules
from app.registrations.commands.granting import Grant, give
from app.registrations.commands.sending import moved
from app.registrations.models import Registration, RegistrationNote
from app.registrations.rules import OPEN, Wish
from app.registrations.ways import Ways
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Paper:
    """A signed application: the day on it, how the signatory's identity was checked, whether the texts are on it."""

    signed_on: date | None
    identity_note: str
    acknowledged: bool


def record_paper(actor: Actor, wish: Wish, paper: Paper, form_key: str) -> str:
    """Copy a signed application into the queue and return its public id; the same form only once.

    Raises `NotThere`, `Refused` with the field, `Conflict` when the same words wait already.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS) or not settings.fresh(Ways).paper:
        raise NotThere("")
    same = db.session.scalars(select(Registration).where(Registration.form_key == form_key)).one_or_none()
    if same is not None:
        return same.public_id
    waits = select(Registration.public_id).where(Registration.digest == wish.digest(), Registration.state.in_(OPEN))
    if db.session.execute(waits).first() is not None:
        raise Conflict(_("Wniosek z tymi samymi danymi już czeka w kolejce."), field="last_name")
    found = Registration(
        form_key=form_key or new_public_id(),
        digest=wish.digest(),
        way="paper",
        first_name=wish.first_name,
        last_name=wish.last_name,
        role=wish.role,
        unit=wish.unit,
        email=wish.email,
        phone=wish.phone,
        signed_on=rules.checked_signing(paper.signed_on, today()),
        identity_note=rules.checked_body(
            paper.identity_note, "identity_note", _("Zapisz, jak sprawdzono tożsamość podpisującego.")
        ),
        entered_by=actor.login,
    )
    if paper.acknowledged:
        found.terms_version, found.privacy_version = texts.current_version("terms"), texts.current_version("privacy")
    db.session.add(found)
    db.session.flush()
    audit.record(actor, "registration.recorded", found.public_id, way="paper", signed_on=str(found.signed_on))
    return found.public_id


def ask(actor: Actor, public_id: str, version: int, question: str) -> None:
    """Ask the applicant something by mail; they answer on the status page. Raises as `approve` does."""
    found = _locked(actor, public_id, version)
    body = rules.checked_body(question, "question", _("Napisz, o co pytasz."))
    if not found.email:
        raise Refused(_("Wniosek nie ma adresu e-mail: zapytaj telefonicznie albo osobiście."), field="question")
    db.session.add(RegistrationNote(registration_id=found.id, side="office", author=actor.login, body=body))
    _change(actor, found, "asked", "registration.asked")
    mails.question(found, body)


def reject(actor: Actor, public_id: str, version: int, reason: str) -> None:
    """Turn an application down and tell the applicant why. Raises as `approve` does."""
    found = _locked(actor, public_id, version)
    body = rules.checked_body(reason, "reason", _("Podaj powód: wyślemy go wnioskodawcy."))
    found.reason, found.decided_by = body, actor.login
    _change(actor, found, "rejected", "registration.rejected")
    mails.rejected(found, body)


def approve(actor: Actor, public_id: str, version: int, grant: Grant) -> tuple[Account, Any]:
    """Make or link the account and hand out what opens it: the account, and what the chosen way issued.

    `version` is the one that the actor has read. Raises `NotThere`; `Conflict` with a sentence when somebody decided
    first, the applicant withdrew, or something changed meanwhile; `Refused` with the field.
    """
    found = _locked(actor, public_id, version)
    account = give(actor, found, grant)
    found.account_id, found.decided_by, found.handed = account.id, actor.login, grant.way
    _change(actor, found, "approved", "registration.approved", login=account.login, way=grant.way)
    # with two channels the letter with the identifier is part of handing out; it must not come twice
    if grant.way != "two_channels" or str(account.email or "") != found.email:
        mails.approved(found, account.login, grant.way)
    return account, hand_out(actor, account, grant.way)


def forget_old(before: datetime) -> int:
    """Delete the applications that were settled before a moment, with their notes. Returns how many."""
    settled = (Registration.state.not_in(OPEN)) & (Registration.changed_at < before)
    return len(db.session.execute(delete(Registration).where(settled).returning(Registration.id)).all())


def _locked(actor: Actor, public_id: str, version: int) -> Registration:
    queries.application(actor, public_id)  # whether this actor may know of it at all
    found: Registration | None = db.session.scalars(
        select(Registration)
        .where(Registration.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotThere("")
    if found.state not in OPEN:
        raise Conflict(_settled(found))
    if found.version != version:
        raise Conflict(_("Ten wniosek zmienił się, odkąd go otwarto. Otwórz go jeszcze raz i zdecyduj ponownie."))
    return found


def _settled(found: Registration) -> str:
    when = f"{local(found.changed_at):%d.%m.%Y, %H:%M}"
    if found.state == "withdrawn":
        return _("Wnioskodawca wycofał ten wniosek (%(when)s). Nie można go już rozpatrzyć.", when=when)
    if found.state == "approved":
        return _("Ten wniosek został już zatwierdzony (%(who)s, %(when)s).", who=found.decided_by, when=when)
    return _("Ten wniosek został już odrzucony (%(who)s, %(when)s).", who=found.decided_by, when=when)


def _change(actor: Actor, found: Registration, state: str, action: str, **detail: Any) -> None:
    before = found.state
    moved(found, state)
    audit.record(actor, action, found.public_id, before={"state": before}, after={"state": state}, **detail)
