"""Balances for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answering, asking
from app.core.actor import Can
from app.core.clock import today
from app.core.money import plain
from app.finances import described
from app.finances.queries.unit_balances import UnitBalance, Wanted, unit_balances
from app.web import bearer
from app.web.visitor import actor

pages = Blueprint("balances", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there


@pages.get("/balances")
@bearer.scope("balances:read", Can.SEE_RESIDENTS)
def balances() -> Response:
    asked = asking.window("unit", "building", "on")
    wanted = Wanted(
        asked.limit + 1, today(), asked.cursor, asking.words("unit"), asking.words("building"), asking.day("on")
    )
    return answering.listed(unit_balances(actor(), wanted), asked, _shown, "unit")


def _shown(line: UnitBalance) -> dict[str, Any]:
    return {
        "unit": line.unit,
        "balance": plain(line.balance),
        "accounts": {name: plain(grosze) for name, grosze in line.accounts.items()},
        "overdue": plain(line.overdue),
        "pending": plain(line.pending),
        "currency": "PLN",
    }
