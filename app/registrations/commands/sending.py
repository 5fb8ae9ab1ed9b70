"""What applicants do: send a form, confirm their address, answer a question, withdraw.

Nothing here looks into the books or at accounts, so neither words nor time tell whether there is such a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.rules import TooMany, network
from app.core import audit, throttle
from app.core.actor import Actor, system
from app.core.clock import now
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.core.language import language
from app.core.public_ids import digest
from app.office import settings
from app.registrations import mails, rules, tokens
from app.registrations.models import Registration, RegistrationNote
from app.registrations.rules import OPEN, Wish
from app.registrations.ways import Ways
from tenants.bound import current
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Sent:
    """What comes with a form besides its words: its number, the texts that were acknowledged, from where."""

    form_key: str
    terms_version: int | None
    privacy_version: int | None
    address: str


def applicant(address: str | None) -> Actor:
    """Somebody without an account, as the audit log names them."""
    return replace(system("registrations"), address=address)


def admit(address: str) -> None:
    """Count one form that was sent from an address. Raises `TooMany` over the limit."""
    key = f"register:{current().id}:{network(address)}"
    if throttle.count(key, rules.SENDS_WINDOW) > rules.SENDS_AN_ADDRESS:
        seconds = throttle.wait({key: rules.SENDS_AN_ADDRESS}, rules.SENDS_WINDOW)
        raise TooMany(_("Z tego miejsca wysłano w krótkim czasie wiele zgłoszeń. Spróbuj później."), max(1, seconds))


def send(wish: Wish, sent: Sent) -> None:
    """Take an application that was filled in on the page. A form, and the same words, are taken once.

    The applicant gets a letter with a copy, three a day at most. Raises `NotThere` when the form is switched off.
    """
    if not settings.fresh(Ways).form:
        raise NotThere("")
    values = {
        "form_key": sent.form_key,
        "digest": wish.digest(),
        "way": "form",
        "first_name": wish.first_name,
        "last_name": wish.last_name,
        "role": wish.role,
        "unit": wish.unit,
        "email": wish.email,
        "phone": wish.phone,
        "locale": language(),
        "address": sent.address[:60],
        "terms_version": sent.terms_version,
        "privacy_version": sent.privacy_version,
    }
    made = db.session.scalars(
        insert(Registration).values(values).on_conflict_do_nothing().returning(Registration)
    ).one_or_none()
    if made is not None:
        audit.record(applicant(sent.address), "registration.sent", made.public_id)
    found = made or _earlier(sent.form_key, wish.digest())
    mailed = f"register:mail:{current().id}:{digest(wish.email or '').hex()[:32]}"
    if found is not None and throttle.count(mailed, rules.DAY) <= rules.LETTERS_A_DAY:
        mails.received(found, sent.form_key)


def withdraw(token: str) -> None:
    """Take an application back; nobody can approve it any more. Raises `NotThere`, `Conflict` once it is decided."""
    found = _locked(token)
    if found.state == "withdrawn":
        return
    _still_open(found)
    moved(found, "withdrawn")
    audit.record(applicant(found.address), "registration.withdrawn", found.public_id)


def answer(token: str, text: str) -> None:
    """Answer the office's question. Raises `NotThere`, `Conflict` when nothing is asked, `Refused` on `answer`."""
    found = _locked(token)
    _still_open(found)
    if found.state != "asked":
        raise Conflict(_("Biuro o nic teraz nie pyta: odpowiedź została już zapisana."))
    body = rules.checked_body(text, "answer", _("Napisz odpowiedź."))
    db.session.add(RegistrationNote(registration_id=found.id, side="applicant", body=body))
    moved(found, "answered")
    audit.record(applicant(found.address), "registration.answered", found.public_id)


def confirm_email(token: str) -> None:
    """The owner of the address says that it is theirs. Raises `NotThere`."""
    found = _locked(token)
    if found.email_confirmed_at is None:
        found.email_confirmed_at = now()
        audit.record(applicant(found.address), "registration.email_confirmed", found.public_id)


def moved(found: Registration, state: str) -> None:
    """Move a locked application to a state; whoever read an earlier version is told so."""
    found.state = state
    found.version += 1
    found.changed_at = now()
    db.session.flush()


def _still_open(found: Registration) -> None:
    if found.state not in OPEN:
        raise Conflict(_("Ten wniosek został już rozpatrzony albo wycofany."))


def _locked(token: str) -> Registration:
    public_id = tokens.read_status(token)
    found: Registration | None = db.session.scalars(
        select(Registration).where(Registration.public_id == (public_id or "")).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotThere("")
    return found


def _earlier(form_key: str, words: bytes) -> Registration | None:
    """The application that this form made, or an open one with the same words."""
    same = or_(Registration.form_key == form_key, (Registration.digest == words) & Registration.state.in_(OPEN))
    return db.session.scalars(select(Registration).where(same).order_by(Registration.id.desc()).limit(1)).one_or_none()
