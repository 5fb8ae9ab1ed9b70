"""Reads of the decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.guard.models import GuardDecision
from app.guard.rules import KINDS
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as staff read it; `findings` are (kind in words, place, what was found, masked)."""

    at: datetime
    who: str
    subject: str
    reason: str
    findings: tuple[tuple[str, str, str], ...]


def decisions(actor: Actor, number: int) -> Page[Decision]:
    """Decisions to publish in spite of warnings, the newest first. Raises `NotThere` without the right."""
    if not actor.may(Can.SEE_AUDIT):
        raise NotThere("")
    total = db.session.execute(select(func.count()).select_from(GuardDecision)).scalar_one()
    newest = select(GuardDecision).order_by(GuardDecision.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page([_decision(row) for row in db.session.scalars(newest)], number, PAGE_SIZE, total)


def _decision(row: GuardDecision) -> Decision:
    return Decision(row.decided_at, row.decided_by, row.subject, row.reason, tuple(map(_line, row.findings)))


def _line(finding: dict[str, Any]) -> tuple[str, str, str]:
    return str(KINDS.get(finding["kind"], finding["kind"])), str(finding["place"]), str(finding["found"])
