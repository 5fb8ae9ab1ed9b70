"""The address book of a site: all of it for who may read it, one's own lines for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.estate.searching import pattern_of
from app.works.access import Place
from app.works.rules import Right
from tenants.db import db

PER_PAGE = 50
_SEEN = "c.site_id = :site AND (:sees_all OR c.account_id = :account)"
_COLUMNS = (
    "c.public_id, c.name, c.firm, c.trade, c.email, c.phone, c.note, c.added_by, c.added_at, "
    "c.email <> '' AND EXISTS (SELECT FROM works_contacts o WHERE o.site_id = c.site_id AND o.email = c.email "
    "AND o.id <> c.id AND (:sees_all OR o.account_id = :account)) AS double"
)
_FOUND = (
    "(CAST(:pattern AS text) IS NULL OR unaccent(lower(concat_ws(' ', c.name, c.firm, c.trade, c.email, c.phone, "
    "c.note))) LIKE :pattern)"
)
_LIST = text(
    f"SELECT {_COLUMNS}, count(*) OVER () AS total FROM works_contacts c WHERE {_SEEN} AND {_FOUND} "
    "ORDER BY c.name, c.id LIMIT :most OFFSET :offset"
)
_ONE = text(f"SELECT {_COLUMNS} FROM works_contacts c WHERE {_SEEN} AND c.public_id = :contact")
_AT = text(f"SELECT {_COLUMNS} FROM works_contacts c WHERE {_SEEN} AND c.email = :email ORDER BY c.id LIMIT 1")


@dataclass(frozen=True, slots=True)
class Contact:
    """A line of the address book; `email` is in lower case, `double` says that another line has it too."""

    public_id: str
    name: str
    firm: str
    trade: str
    email: str
    phone: str
    note: str
    added_by: str
    added_at: datetime
    double: bool

    @property
    def about(self) -> str:
        return ", ".join(part for part in (self.trade, self.firm) if part)


def contacts(place: Place, search: str = "", number: int = 1, size: int = PER_PAGE) -> Page[Contact]:
    """What the visitor may read of the address book, by name."""
    given = {**_values(place), "pattern": pattern_of(search), "most": size, "offset": (number - 1) * size}
    rows = db.session.execute(_LIST, given).all()
    return Page([Contact(*row[:-1]) for row in rows], number, size, rows[0].total if rows else 0)


def contact(place: Place, public_id: str) -> Contact:
    """One line that the visitor may read. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    row = db.session.execute(_ONE, {**_values(place), "contact": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    return Contact(*row)


def at(place: Place, email: str) -> Contact | None:
    """A line with this address, as far as the visitor may know of it."""
    row = db.session.execute(_AT, {**_values(place), "email": email}).one_or_none()
    return Contact(*row) if row else None


def address_of_contact(place: Place, public_id: str) -> tuple[str, str]:
    """(name, address) of a line to whom one writes. Raises `Refused` on `to`."""
    try:
        found = contact(place, public_id.replace("\0", ""))
    except NotThere:
        found = None
    if found is None or not found.email:
        raise Refused(_("Tego kontaktu nie ma już w bazie adresowej albo nie ma on adresu e-mail."), field="to")
    return found.name, found.email


def _values(place: Place) -> dict[str, object]:
    return {"site": place.id, "account": place.author.account_id, "sees_all": place.may(Right.SEE_CONTACTS)}
