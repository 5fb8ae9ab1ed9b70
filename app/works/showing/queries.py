"""Reads of what residents see: sites of their buildings that are shown, and only what is shown of them.

A document is shown as it was then: what somebody adds to it later waits until it is shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.works.access import Place
from app.works.showing.models import WorksShowing
from app.works.showing.rules import Money, Stage
from tenants.db import db

MOST_PHOTOS = 400
_OF_UNITS = (
    "FROM works_sites s JOIN works_showings w ON w.site_id = s.id AND w.shown_at IS NOT NULL "
    "WHERE EXISTS (SELECT FROM units u WHERE u.code = ANY(:units) AND u.until_revision IS NULL "
    "AND s.buildings @> to_jsonb(u.building_code)) "
)
_SHOWN = text(
    "SELECT s.id, s.public_id, s.name, s.about, s.starts_on, s.ends_on, s.state, w.intro, w.with_money "
    f"{_OF_UNITS} ORDER BY s.state DESC, s.starts_on DESC NULLS LAST, s.id DESC LIMIT 100"
)
_STAGES = text(
    "SELECT public_id, name, starts_on, ends_on, done_on FROM works_stages WHERE site_id = :site "
    "ORDER BY starts_on, ends_on, id LIMIT 200"
)
_MONEY = text(
    "SELECT public_id, name, planned, spent FROM works_budget_lines WHERE site_id = :site "
    "ORDER BY position, id LIMIT 200"
)
_SHOWN_FILES = (
    "SELECT d.public_id AS document, d.title, d.kind, d.week_on, d.dated_on, d.created_at, f.public_id, f.name, "
    "f.content_type, f.size, f.file_id FROM works_documents d JOIN works_files f ON f.document_id = d.id "
    "WHERE d.site_id = :site AND d.shown_at IS NOT NULL AND d.withdrawn_at IS NULL AND d.kind <> 'invoice' "
    "AND f.added_at <= d.shown_at AND f.version = (SELECT max(g.version) FROM works_files g "
    "WHERE g.document_id = d.id AND g.added_at <= d.shown_at) "
)
_FILES = text(f"{_SHOWN_FILES} ORDER BY d.week_on DESC NULLS LAST, d.created_at DESC, f.id LIMIT :most")
_FILE = text(f"{_SHOWN_FILES} AND f.public_id = :file")


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site as residents see it."""

    id: int
    public_id: str
    name: str
    about: str
    starts_on: date | None
    ends_on: date | None
    state: str
    intro: str
    with_money: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that residents may open; `size` in bytes."""

    document: str
    title: str
    kind: str
    week_on: date | None
    dated_on: date | None
    created_at: datetime
    public_id: str
    name: str
    content_type: str
    size: int
    file_id: int


def sites(_actor: Actor, units: list[str]) -> list[ShownSite]:
    """The shown sites of the buildings of these units, which came out of `accounts.holdings`."""
    return [ShownSite(*row) for row in db.session.execute(_SHOWN, {"units": units})] if units else []


def site(actor: Actor, units: list[str], public_id: str) -> ShownSite:
    """One of them. Raises `NotThere`."""
    for one in sites(actor, units):
        if one.public_id == public_id:
            return one
    raise NotThere("")


def files(_actor: Actor, site_id: int) -> list[ShownFile]:
    """What is shown of a site: photographs by week, newest first, and documents."""
    return [ShownFile(*row) for row in db.session.execute(_FILES, {"site": site_id, "most": MOST_PHOTOS})]


def file(_actor: Actor, site_id: int, public_id: str) -> ShownFile:
    """One shown file. Raises `NotThere`."""
    known = len(public_id) == PUBLIC_ID_LENGTH
    row = db.session.execute(_FILE, {"site": site_id, "file": public_id}).one_or_none() if known else None
    if row is None:
        raise NotThere("")
    return ShownFile(*row)


def stages(_actor: Actor, site_id: int) -> list[Stage]:
    return [Stage(*row) for row in db.session.execute(_STAGES, {"site": site_id})]


def money(_actor: Actor, site_id: int) -> list[Money]:
    return [Money(*row) for row in db.session.execute(_MONEY, {"site": site_id})]


def showing(place: Place) -> WorksShowing:
    """How a site is shown, for those who work on it; a fresh one that is not stored where nobody has said."""
    found: Any = db.session.get(WorksShowing, place.id)
    return found or WorksShowing(site_id=place.id, intro="", with_money=False, shown_at=None)
