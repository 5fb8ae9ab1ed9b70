"""Estates (osiedla): groups of buildings under a name, kept by the manager."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audience.models import Estate
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.estate import queries as estate
from tenants.db import db

NAME_LENGTH = 80


def save_estate(actor: Actor, name: str, buildings: Iterable[str], public_id: str | None = None) -> str:
    """Write an estate, or write it anew; returns its public id. Raises `Refused` with the field."""
    _may(actor)
    title = " ".join(name.split())
    if not title or not title.isprintable():
        raise Refused(_("Podaj nazwę osiedla."), field="name")
    if len(title) > NAME_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=NAME_LENGTH), field="name")
    asked = set(buildings)
    chosen = [code for code, _label in estate.buildings(actor) if code in asked]
    if not chosen or len(chosen) < len(asked):
        raise Refused(_("Wybierz budynki z listy."), field="buildings")
    row = _row(public_id) if public_id else Estate()
    before = {"name": row.name, "buildings": row.buildings} if public_id else {}
    row.name, row.buildings, row.changed_at = title, chosen, now()
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Refused(_("Jest już osiedle o tej nazwie."), field="name") from None
    audit.record(
        actor, "estate.saved", f"estate:{row.public_id}", before=before, after={"name": title, "buildings": chosen}
    )
    return row.public_id


def delete_estate(actor: Actor, public_id: str) -> None:
    """Dissolve an estate; its buildings stay. Raises `NotThere`."""
    _may(actor)
    row = _row(public_id)
    audit.record(actor, "estate.deleted", f"estate:{public_id}", name=row.name)
    db.session.delete(row)


def _row(public_id: str) -> Estate:
    wanted = select(Estate).where(Estate.public_id == public_id.replace("\0", "")).with_for_update()
    row: Estate | None = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego osiedla."))
    return row


def _may(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
