"""Reads of invoices: lists, sums by month, seller and state, planned and spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.errors import NotThere
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.works.access import Place
from app.works.due import Due
from app.works.filing.queries import SEEN, values
from app.works.invoices.rules import CATEGORIES, KINDS, STATES
from tenants.db import db

PER_PAGE = 50
MOST_EXPORTED = 20_000
_FROM = (
    "FROM works_invoices i JOIN works_documents d ON d.id = i.document_id "
    f"WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} "
    "AND (CAST(:state AS text) IS NULL OR i.state = :state) "
    "AND (CAST(:category AS text) IS NULL OR i.category = :category) "
    "AND (CAST(:month AS date) IS NULL OR date_trunc('month', i.issued_on) = CAST(:month AS date)) "
    "AND (CAST(:seller AS text) IS NULL OR i.seller_key = :seller) "
)
_COLUMNS = (
    "d.public_id, d.title, i.kind, i.seller, i.nip, i.number, i.issued_on, i.net, i.vat, i.gross, i.due_on, i.account, "
    "i.category, i.contract, i.state, i.reason, i.state_by, i.state_at, i.paid_on, i.version, d.author, d.created_at, "
    "d.note, d.id "
)
_LIST = text(
    f"SELECT {_COLUMNS}, count(*) OVER () AS total, sum(i.gross) OVER () AS sum {_FROM} "
    "ORDER BY i.issued_on DESC, i.id DESC LIMIT :most OFFSET :offset"
)
_ONE = text(f"SELECT {_COLUMNS} {_FROM} AND d.public_id = :public_id")
_SUMS = {
    "month": "to_char(date_trunc('month', i.issued_on), 'YYYY-MM')",
    "seller": "max(i.seller)",
    "state": "i.state",
}
_KEYS = {"month": "date_trunc('month', i.issued_on)", "seller": "i.seller_key", "state": "i.state"}
_SPENT = text(
    "SELECT c.category, coalesce(max(p.planned), 0) AS planned, coalesce(max(s.spent), 0) AS spent, "
    "coalesce(max(s.paid), 0) AS paid FROM unnest(CAST(:categories AS text[])) AS c (category) "
    "LEFT JOIN works_plans p ON p.site_id = :site AND p.category = c.category "
    "LEFT JOIN (SELECT i.category, sum(i.gross) AS spent, sum(i.gross) FILTER (WHERE i.state = 'paid') AS paid "
    "FROM works_invoices i JOIN works_documents d ON d.id = i.document_id WHERE i.site_id = :site "
    "AND d.withdrawn_at IS NULL AND i.state IN ('accepted', 'paid') GROUP BY i.category) s ON s.category = c.category "
    "GROUP BY c.category"
)
_DUE = text(
    "SELECT d.public_id, d.title, i.due_on FROM works_invoices i JOIN works_documents d ON d.id = i.document_id "
    f"WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} AND i.state IN ('new', 'checked', 'accepted') "
    "AND i.due_on <= :last ORDER BY i.due_on LIMIT 50"
)
_FILES = text(
    "SELECT f.public_id, f.name, f.size, f.content_type, f.file_id FROM works_files f "
    "JOIN works_documents d ON d.id = f.document_id "
    f"WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND d.kind = 'invoice' AND {SEEN} "
    "AND d.public_id = :document ORDER BY f.id"
)


_BARE = text(
    "SELECT d.public_id, d.title, d.author FROM works_documents d WHERE d.site_id = :site AND d.kind = 'invoice' "
    f"AND d.withdrawn_at IS NULL AND {SEEN} "
    "AND NOT EXISTS (SELECT FROM works_invoices i WHERE i.document_id = d.id) ORDER BY d.id DESC LIMIT 100"
)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it is listed and shown; sums in grosze."""

    public_id: str
    title: str
    kind: str
    seller: str
    nip: str
    number: str
    issued_on: date
    net: int | None
    vat: int | None
    gross: int
    due_on: date | None
    account: str
    category: str
    contract: str
    state: str
    reason: str
    state_by: str
    state_at: datetime
    paid_on: date | None
    version: int
    author: str
    created_at: datetime
    note: str
    id: int

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])

    @property
    def category_label(self) -> str:
        return str(CATEGORIES[self.category])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices are asked for; `month` is its first day."""

    state: str | None = None
    category: str | None = None
    month: date | None = None
    seller: str | None = None

    @classmethod
    def of(cls, state: str = "", category: str = "", month: str = "", seller: str = "") -> Wanted:
        """From an address; what is no such thing is not asked for."""
        try:
            first = date.fromisoformat(f"{month}-01") if len(month) == 7 else None
        except ValueError:
            first = None
        return cls(
            state if state in STATES else None,
            category if category in CATEGORIES else None,
            first,
            seller[:200].replace("\0", "") or None,
        )


@dataclass(frozen=True, slots=True)
class Sum:
    """How many invoices of a month, seller or state there are, and their sum in grosze."""

    label: str
    count: int
    gross: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Planned and spent on a category, in grosze. Spent is what was accepted; `paid` the part of it that was paid."""

    category: str
    planned: int
    spent: int
    paid: int

    @property
    def label(self) -> str:
        return str(CATEGORIES[self.category])


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    public_id: str
    name: str
    size: int
    content_type: str
    file_id: int


def listed(place: Place, wanted: Wanted, page: int = 1, most: int = PER_PAGE) -> tuple[Page[Invoice], int]:
    """Invoices that one may see, newest first, and the sum of all of them in grosze."""
    offset = (page - 1) * most
    rows = db.session.execute(_LIST, {**_values(place, wanted), "most": most, "offset": offset}).all()
    lines = [Invoice(*row[:-2]) for row in rows]
    return Page(lines, page, most, rows[0].total if rows else 0), int(rows[0].sum) if rows else 0


def sums(place: Place, by: str, wanted: Wanted) -> list[Sum]:
    """Sums by `month`, `seller` or `state` of what one may see."""
    order = "1 DESC" if by == "month" else "3 DESC"
    statement = text(
        f"SELECT {_SUMS[by]}, count(*), coalesce(sum(i.gross), 0) {_FROM} GROUP BY {_KEYS[by]} "
        f"ORDER BY {order} LIMIT 60"
    )
    rows = db.session.execute(statement, _values(place, wanted))
    found = [Sum(label, count, int(gross)) for label, count, gross in rows]
    return [Sum(str(STATES[one.label]), one.count, one.gross) for one in found] if by == "state" else found


def one(place: Place, public_id: str) -> Invoice:
    """An invoice that one may see. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    row = db.session.execute(_ONE, {**_values(place, Wanted()), "public_id": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    return Invoice(*row)


def undescribed(place: Place) -> list[tuple[str, str, str]]:
    """(public id, title, author) of invoices that were filed without saying what is on them, such as with a letter."""
    return [(row.public_id, row.title, row.author) for row in db.session.execute(_BARE, values(place))]


def files(place: Place, public_id: str) -> list[InvoiceFile]:
    """The files of an invoice that one may see; none of any other."""
    return [InvoiceFile(*row) for row in db.session.execute(_FILES, {**values(place), "document": public_id})]


def file(place: Place, public_id: str, file_id: str) -> InvoiceFile:
    """One file of an invoice that one may see. Raises `NotThere`."""
    for found in files(place, public_id):
        if found.public_id == file_id:
            return found
    raise NotThere("")


def spent(site_id: int) -> list[Spent]:
    """Planned and spent of a site by category, for who may see sums and nothing else. Asks nobody's right."""
    rows = db.session.execute(_SPENT, {"site": site_id, "categories": list(CATEGORIES)})
    found = {row.category: Spent(row.category, int(row.planned), int(row.spent), int(row.paid)) for row in rows}
    return [found[category] for category in CATEGORIES]


def due(place: Place, _day: date, last: date) -> list[Due]:
    """Invoices to be paid until a day."""
    rows = db.session.execute(_DUE, {**values(place), "last": last})
    return [Due(row.due_on, row.title, f"{place.url}/files/invoices/{row.public_id}", "payments") for row in rows]


def _values(place: Place, wanted: Wanted) -> dict[str, Any]:
    return {
        **values(place),
        "state": wanted.state,
        "category": wanted.category,
        "month": wanted.month,
        "seller": wanted.seller,
    }
