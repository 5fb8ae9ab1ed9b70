"""Beginning a run, and what it is: period, buildings, rules, where advances come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.settlements import rules
from app.settlements.commands.filling import fill, reckoned
from app.settlements.commands.holding import draft, held
from app.settlements.models import SettlementCost, SettlementRun, SettlementRunUnit
from app.settlements.queries.choosing import buildings as known_buildings
from app.settlements.queries.choosing import likely_components
from app.settlements.rules import Parameters
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Outline:
    """What a run is, as somebody typed it."""

    title: str
    medium: str
    first: date | None
    last: date | None
    buildings: Sequence[str] = field(default_factory=tuple)
    due_on: date | None = None
    note: str = ""


def begin(actor: Actor, outline: Outline, form_key: str) -> str:
    """A new draft, filled with what the books and the register know; returns its public id. Raises `Refused`.

    The same form sent twice is one run.
    """
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")
    if outline.medium not in rules.MEDIA:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="medium")
    values = _checked(actor, outline)
    key = form_key[:64] or None
    if key:
        found = db.session.scalars(select(SettlementRun).where(SettlementRun.form_key == key)).one_or_none()
        if found is not None:
            return str(found.public_id)
    source = {"from": "components", "codes": likely_components(actor, outline.medium)}
    run = SettlementRun(
        form_key=key, medium=outline.medium, parameters=rules.usual(outline.medium).as_json(), advances=source,
        created_by=actor.login, **values,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    fill(actor, run)
    reckoned(run)
    audit.record(actor, "settlement.begun", f"settlement:{run.public_id}", title=run.title, medium=run.medium)
    return str(run.public_id)


def change(actor: Actor, public_id: str, version: int, outline: Outline) -> None:
    """Change what a draft is, but for its medium. Raises `Refused`, `Conflict`, `NotThere`."""
    run = draft(actor, public_id, version)
    values = _checked(actor, outline)
    before = {name: _plain(getattr(run, name)) for name in values}
    anew = (run.from_on, run.to_on, run.buildings) != (values["from_on"], values["to_on"], values["buildings"])
    for name, value in values.items():
        setattr(run, name, value)
    if anew:
        fill(actor, run)
    reckoned(run)
    after = {name: _plain(value) for name, value in values.items()}
    audit.record(actor, "settlement.changed", f"settlement:{public_id}", before=before, after=after)


def set_parameters(actor: Actor, public_id: str, version: int, how: Parameters, source: dict[str, Any]) -> None:
    """Change by which rules a draft is reckoned, and where its advances come from. Raises as `change`."""
    run = draft(actor, public_id, version)
    before, after = dict(run.parameters), rules.checked(how).as_json()
    run.parameters = after
    if source != run.advances:
        run.advances = source
        fill(actor, run)
    reckoned(run)
    audit.record(actor, "settlement.rules_set", f"settlement:{public_id}", before=before, after=after)


def correct(actor: Actor, public_id: str) -> str:
    """A draft that is to replace a published run, with its costs and what staff had put in; returns its public id.

    A draft that already does is the same one. Raises `Refused`, `NotThere`.
    """
    old = held(actor, public_id, None)
    if old.state != rules.PUBLISHED:
        raise Refused(_("Poprawiać można tylko rozliczenie, które jest opublikowane."))
    same = select(SettlementRun).where(SettlementRun.replaces_id == old.id, SettlementRun.state == rules.DRAFT)
    found = db.session.scalars(same).first()
    if found is not None:
        return str(found.public_id)
    copied = ("title", "medium", "from_on", "to_on", "buildings", "parameters", "advances", "due_on", "note")
    new = SettlementRun(replaces_id=old.id, created_by=actor.login, **{name: getattr(old, name) for name in copied})
    db.session.add(new)
    db.session.flush()
    fields = ("name", "document", "kind", "purpose", "amount", "price", "file_id")
    for cost in db.session.scalars(select(SettlementCost).where(SettlementCost.run_id == old.id).order_by("id")):
        db.session.add(SettlementCost(run_id=new.id, **{name: getattr(cost, name) for name in fields}))
    kept = select(SettlementRunUnit.unit_code, SettlementRunUnit.given).where(SettlementRunUnit.run_id == old.id)
    fill(actor, new, {code: given for code, given in db.session.execute(kept) if given})
    reckoned(new)
    audit.record(actor, "settlement.corrected", f"settlement:{public_id}", after={"draft": new.public_id})
    return str(new.public_id)


def remove(actor: Actor, public_id: str, version: int) -> None:
    """Throw a draft away. Raises `Refused`, `Conflict`, `NotThere`."""
    run = draft(actor, public_id, version)
    audit.record(actor, "settlement.removed", f"settlement:{public_id}", title=run.title)
    for table in (SettlementRunUnit, SettlementCost):
        db.session.execute(delete(table).where(table.run_id == run.id))
    db.session.delete(run)


def _checked(actor: Actor, outline: Outline) -> dict[str, Any]:
    title = rules.words(outline.title, "title", rules.NAME_LENGTH)
    first, last = rules.period(outline.first, outline.last)
    there = {code for code, _address in known_buildings(actor)}
    codes = sorted(set(outline.buildings))
    if not codes or not set(codes) <= there:
        raise Refused(_("Wybierz co najmniej jeden budynek z listy."), field="buildings")
    if len(codes) > rules.MOST_BUILDINGS:
        raise Refused(_("Wybierz najwyżej %(most)d budynków.", most=rules.MOST_BUILDINGS), field="buildings")
    if outline.due_on is not None and outline.due_on <= last:
        raise Refused(_("Termin płatności musi być po okresie rozliczenia."), field="due_on")
    note = rules.words(outline.note, "note", rules.NOTE_LENGTH, needed=False)
    return {
        "title": title, "from_on": first, "to_on": last, "buildings": codes, "due_on": outline.due_on, "note": note,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
