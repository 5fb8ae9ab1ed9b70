"""Saying what residents are shown of a site."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import line
from app.guard import subjects
from app.guard.checking import look
from app.guard.commands import Consent, decide
from app.works import log
from app.works.access import Place
from app.works.rules import Right, block
from app.works.showing.models import WorksBudgetLine, WorksShowing, WorksStage
from tenants.db import db

INTRO_LENGTH, NAME_LENGTH, MOST_ROWS, LARGEST_SUM = 3000, 160, 200, 10**13
T = TypeVar("T", WorksStage, WorksBudgetLine)
log.words("showing.shown", _l("pokazano budowę mieszkańcom"))
log.words("showing.hidden", _l("ukryto budowę przed mieszkańcami"))
subjects.register("works_showing", _l("Prace w budynku"), "/works/{}/showing")


def show(
    actor: Actor, place: Place, intro: str, *, with_money: bool, shown: bool, consent: Consent | None = None
) -> None:
    """Say how a site is shown, and whether. Raises `Refused`, `Held` for personal data in the words, `NotThere`."""
    place.need(Right.PUBLISH)
    words = block(intro, "intro", INTRO_LENGTH)
    if shown and not place.buildings:
        raise Refused(_("Ta budowa nie ma budynku w ewidencji, więc nie ma mieszkańców, którym można ją pokazać."))
    if shown:
        decide(actor, f"works_showing:{place.public_id}", look(actor, {_("Wprowadzenie"): words}), consent)
    before = db.session.get(WorksShowing, place.id)
    was_shown = before is not None and before.shown_at is not None
    values = {"intro": words, "with_money": with_money, "shown_at": now() if shown else None}
    if was_shown and shown:
        values.pop("shown_at")
    statement = upsert(WorksShowing).values(site_id=place.id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[WorksShowing.site_id], set_=values))
    if was_shown != shown:
        audit.record(actor, "works.shown" if shown else "works.hidden", place.name)
        verb = "showing.shown" if shown else "showing.hidden"
        log.note(place.id, place.author, verb, f"site:{place.public_id}", place.name)


def save_stage(
    place: Place,
    name: str,
    starts_on: date | None,
    ends_on: date | None,
    done_on: date | None,
    stage: str | None = None,
) -> None:
    """Write a stage, a new one without `stage`. Raises `Refused` with the field, `NotThere`."""
    place.need(Right.PUBLISH)
    said = line(name, "name", NAME_LENGTH, missing=_("Nazwij etap, np. „Wymiana pokrycia”."))
    if starts_on is None or ends_on is None:
        raise Refused(_("Podaj początek i koniec etapu."), field="starts_on" if starts_on is None else "ends_on")
    if ends_on < starts_on:
        raise Refused(_("Koniec etapu nie może być przed jego początkiem."), field="ends_on")
    row = _row(place, WorksStage, stage) if stage else _new(place, WorksStage)
    row.name, row.starts_on, row.ends_on, row.done_on = said, starts_on, ends_on, done_on
    db.session.add(row)


def save_money(place: Place, name: str, planned: int, spent: int, entry: str | None = None) -> None:
    """Write a line of the budget, gross, in grosze. Raises `Refused` with the field, `NotThere`."""
    place.need(Right.PUBLISH)
    said = line(name, "name", NAME_LENGTH, missing=_("Nazwij pozycję, np. „Dach”."))
    for field, sum_ in (("planned", planned), ("spent", spent)):
        if not 0 <= sum_ <= LARGEST_SUM:
            raise Refused(_("Podaj kwotę od 0 zł."), field=field)
    row = _row(place, WorksBudgetLine, entry) if entry else _new(place, WorksBudgetLine)
    row.name, row.planned, row.spent = said, planned, spent
    db.session.add(row)


def remove(place: Place, kind: type[WorksStage] | type[WorksBudgetLine], public_id: str) -> None:
    """Remove a stage or a line of the budget. Raises `NotThere`."""
    place.need(Right.PUBLISH)
    gone = delete(kind).where(kind.site_id == place.id, kind.public_id == public_id.replace("\0", ""))
    if db.session.execute(gone.returning(kind.id)).first() is None:
        raise NotThere("")


def _new(place: Place, kind: type[T]) -> T:
    count = db.session.execute(select(func.count()).select_from(kind).where(kind.site_id == place.id)).scalar_one()
    if count >= MOST_ROWS:
        raise Refused(_("To już %(most)d wierszy; więcej się nie zmieści.", most=MOST_ROWS))
    return kind(site_id=place.id)


def _row(place: Place, kind: type[T], public_id: str) -> T:
    found = select(kind).where(kind.site_id == place.id, kind.public_id == public_id.replace("\0", ""))
    row = db.session.execute(found.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotThere("")
    return row
