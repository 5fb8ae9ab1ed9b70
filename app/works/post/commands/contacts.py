"""Keeping the address book: everybody who works on the site adds; who may read a line may change it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from app.core import audit
from app.core.actor import Actor
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.texts import line
from app.works.access import Place
from app.works.post.models import WorksContact
from app.works.post.queries import contacts as queries
from app.works.post.rules import CONTACT_LENGTHS, address_of
from app.works.rules import block
from tenants.db import db


class Twice(Conflict):
    """There is a line with this address already; `name` is whose."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Ten adres e-mail jest już w bazie: „%(name)s”. Jeśli mimo to chcesz go zapisać, potwierdź to poniżej.",
                name=name,
            ),
            field="email",
        )


def add(actor: Actor, place: Place, typed: Mapping[str, str | None], *, although_double: bool = False) -> str:
    """Add a line; returns its public id. Raises `Twice`, `Refused` with the field, `NotThere`."""
    place.must_work_here()
    values = _values(typed)
    _look_for_double(place, values["email"], None, although_double)
    made = WorksContact(site_id=place.id, account_id=place.author.account_id, added_by=place.author.name, **values)
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "works.contact_added", place.name, contact=made.public_id)
    return str(made.public_id)


def change(
    actor: Actor, place: Place, public_id: str, typed: Mapping[str, str | None], *, although_double: bool = False
) -> None:
    """Change a line. Raises `Twice`, `Refused` with the field, `NotThere`."""
    place.must_work_here()
    row = _row(place, public_id)
    values = _values(typed)
    if values["email"] != row.email:
        _look_for_double(place, values["email"], public_id, although_double)
    changed = [name for name in values if getattr(row, name) != values[name]]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        audit.record(actor, "works.contact_changed", place.name, contact=public_id, fields=changed)


def remove(actor: Actor, place: Place, public_id: str) -> None:
    """Take a line out for good. Raises `NotThere`."""
    place.must_work_here()
    row = _row(place, public_id)
    db.session.execute(delete(WorksContact).where(WorksContact.id == row.id))
    audit.record(actor, "works.contact_removed", place.name, contact=public_id)


def _row(place: Place, public_id: str) -> WorksContact:
    found = queries.contact(place, public_id)
    row: WorksContact | None = db.session.execute(
        select(WorksContact).where(WorksContact.public_id == found.public_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotThere("")
    return row


def _look_for_double(place: Place, email: str, but: str | None, although: bool) -> None:
    known = queries.at(place, email) if email else None
    if known is not None and known.public_id != but and not although:
        raise Twice(known.name)


def _values(typed: Mapping[str, str | None]) -> dict[str, str]:
    most = CONTACT_LENGTHS
    found = {name: line(typed.get(name), name, most[name]) for name in ("firm", "trade", "phone")}
    found["name"] = line(typed.get("name"), "name", most["name"], missing=_("Podaj imię i nazwisko albo nazwę firmy."))
    found["note"] = block(typed.get("note"), "note", most["note"])
    found["email"] = _email(typed.get("email"))
    if not found["email"] and not found["phone"]:
        raise Refused(_("Podaj adres e-mail albo telefon."), field="email")
    return found


def _email(typed: str | None) -> str:
    plain = line(typed, "email", CONTACT_LENGTHS["email"])
    if not plain:
        return ""
    try:
        return address_of(plain)
    except Refused as refusal:
        raise Refused(refusal.message, field="email") from refusal
