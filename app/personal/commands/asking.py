"""What people ask about their data, and what the office answers."""

from __future__ import annotations

from collections.abc import Mapping
from io import SEEK_END
from math import ceil
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Account
from app.accounts.rules import TooMany
from app.core import audit, throttle
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.office import settings
from app.outbox import letters
from app.outbox.commands import post
from app.personal import archive, queries, rules
from app.personal.commands.erasing import erase
from app.personal.models import PersonalRequest
from tenants.bound import current
from tenants.db import db

letters.register(letters.Kind("personal_answered", _l("Odpowiedź w sprawie Twoich danych"), lane="urgent"))
letters.register(letters.Kind("personal_erased", _l("Twoje dane zostały usunięte z portalu"), lane="urgent"))


def download(actor: Actor) -> tuple[IO[bytes], int]:
    """A ZIP with everything kept about the actor, to be read and closed, and its size in bytes.

    Raises `TooMany` when asked for too often.
    """
    key = f"personal:{current().id}:{actor.account_id}"
    if throttle.count(key, rules.DOWNLOAD_WINDOW) > rules.DOWNLOADS:
        seconds = max(1, throttle.wait({key: rules.DOWNLOADS}, rules.DOWNLOAD_WINDOW))
        sentence = _("Kopię danych można pobrać kilka razy na godzinę. Spróbuj za %(num)d min.", num=ceil(seconds / 60))
        raise TooMany(sentence, seconds)
    made = archive.copy_for(actor)
    size = made.seek(0, SEEK_END)
    made.seek(0)
    audit.record(actor, "personal.downloaded", actor.login, bytes=size)
    return made, size


def ask(actor: Actor, kind: str | None, body: str | None, form_key: str | None) -> str:
    """Ask the office; returns the request's public id, of the first one for the same form.

    Raises `Refused` with the field, and `Conflict` when one of this kind waits already.
    """
    wanted = rules.checked_kind(kind)
    said = rules.checked_text(body, field="body", empty=_("Napisz, o co prosisz."))
    key = f"{actor.account_id}:{(form_key or '').replace(chr(0), '')[:64] or new_public_id()}"
    statement = insert(PersonalRequest).values(
        public_id=new_public_id(), form_key=key, account_id=actor.account_id, kind=wanted, body=said
    )
    made = db.session.execute(statement.on_conflict_do_nothing().returning(PersonalRequest.public_id)).scalar()
    if made is None:
        known = db.session.execute(
            select(PersonalRequest.public_id).where(PersonalRequest.form_key == key)
        ).scalar_one_or_none()
        if known is None:
            raise Conflict(_("Taka prośba już czeka na odpowiedź biura."), field="kind")
        return str(known)
    audit.record(actor, "personal.asked", actor.login, kind=wanted)
    return str(made)


def withdraw(actor: Actor, public_id: str) -> None:
    """Take back one's own request. Raises `NotThere`, also when it is no longer open."""
    found = _locked(public_id)
    if found.account_id != actor.account_id or found.state != "open":
        raise NotThere("")
    found.state, found.decided_at, found.decided_by = "withdrawn", now(), actor.login
    audit.record(actor, "personal.withdrawn", actor.login, kind=found.kind)


def answer(actor: Actor, public_id: str, text: str | None) -> None:
    """Answer a request and tell its owner. Raises `NotThere`, `Refused` with the field, `Conflict` if it is closed."""
    queries.request(actor, public_id)
    said = rules.checked_text(text, field="answer", empty=_("Napisz odpowiedź."))
    found = _open(public_id)
    account = db.session.get_one(Account, found.account_id)
    _decide(actor, found, "answered", said)
    audit.record(actor, "personal.answered", account.login, kind=found.kind)
    _tell(found, account, "personal_answered", link=external("/settings/data"), login=account.login)


def erase_asked(actor: Actor, public_id: str, text: str | None, *, messages: bool) -> None:
    """Erase what a request asks to erase. Raises as `answer`, and `Refused` for who is staff."""
    asked = queries.request(actor, public_id)
    said = rules.checked_text(text, field="answer", empty=_("Napisz odpowiedź."))
    found = _open(public_id)
    if asked.kind != "erasure":
        raise NotThere("")
    account = db.session.get_one(Account, found.account_id)
    _decide(actor, found, "erased", said)
    _tell(found, account, "personal_erased", body_text=said, kept=[str(line) for line in rules.KEPT])
    erase(actor, account, messages=messages)


def set_periods(actor: Actor, given: Mapping[str, Any]) -> None:
    """Set how long anything stays. Raises `NotThere`, `Refused` with the field."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    settings.write(actor, rules.checked_periods(given))


def _decide(actor: Actor, found: PersonalRequest, state: str, said: str) -> None:
    found.state, found.answer, found.decided_at, found.decided_by = state, said, now(), actor.name or actor.login
    db.session.flush()


def _locked(public_id: str) -> PersonalRequest:
    found = None
    if "\0" not in public_id:
        found = db.session.scalars(
            select(PersonalRequest).where(PersonalRequest.public_id == public_id).with_for_update()
        ).one_or_none()
    if found is None:
        raise NotThere("")
    return found


def _open(public_id: str) -> PersonalRequest:
    found = _locked(public_id)
    if found.state != "open":
        raise Conflict(_("Ta prośba została już załatwiona albo wycofana."))
    return found


def _tell(found: PersonalRequest, account: Account, letter: str, **context: Any) -> None:
    if account.email:
        post(
            letter,
            f"{letter}:{found.public_id}",
            f"account:{account.public_id}",
            str(account.email),
            context=context,
            locale=account.locale or DEFAULT,
        )
