"""Holding a run while it is changed: rights, buildings, and that nobody else was faster."""

from __future__ import annotations

from sqlalchemy import select

from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.settlements import rules
from app.settlements.models import SettlementRun
from tenants.db import db


def held(actor: Actor, public_id: str, version: int | None) -> SettlementRun:
    """A run, locked until the end of the unit of work. `version` is the one that the actor looked at; None is any.

    Raises `NotThere`, and `Conflict` when somebody has changed it since.
    """
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")
    wanted = select(SettlementRun).where(SettlementRun.public_id == public_id.replace("\0", ""))
    run: SettlementRun | None = db.session.scalars(wanted.with_for_update()).one_or_none()
    if run is None or (actor.buildings is not None and not set(run.buildings) <= actor.buildings):
        raise NotThere("")
    _unchanged(run, version)
    return run


def draft(actor: Actor, public_id: str, version: int | None) -> SettlementRun:
    """The same, which must not have been published. Raises `Refused` as well."""
    run = held(actor, public_id, None)
    if run.state != rules.DRAFT:
        raise Refused(_("Opublikowanego rozliczenia nie można zmieniać. Możesz przygotować jego poprawioną wersję."))
    _unchanged(run, version)
    return run


def _unchanged(run: SettlementRun, version: int | None) -> None:
    if version is not None and version != run.version:
        raise Conflict(
            _(
                "Ktoś zmienił to rozliczenie, odkąd je otwarto. Obejrzyj je w nowym kształcie "
                "i zrób swoją zmianę jeszcze raz."
            )
        )
