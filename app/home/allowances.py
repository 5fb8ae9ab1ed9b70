"""Dodatki mieszkaniowe: what was granted to this person, and what of it has come to the unit's account."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint

from app.accounts.holdings import Holdings, holdings
from app.accounts.switching import switch
from app.allowances import queries, rules
from app.allowances.queries import Decision
from app.allowances.rules import Credit, Month
from app.core.clock import today
from app.finances.queries.credits import allowance_credits
from app.home.me import ALLOWANCES, frame
from app.web import audiences, menu
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("allowances", __name__, template_folder="templates")
menu.pages_of("me", "resident.allowances")
audiences.private(pages.name)


@dataclass(frozen=True, slots=True)
class Granted:
    """A decision as its holder sees it. `months` is None where the unit's account is not theirs to see."""

    decision: Decision
    place: str
    state: str
    days_left: int
    ending: bool
    months: list[Month] | None

    @property
    def credited(self) -> int:
        return sum(month.credited for month in self.months or ())


@pages.get(ALLOWANCES)
def index() -> str:
    mine = holdings(actor(), today())
    return render(
        "me/allowances.html",
        granted=[_granted(decision, mine) for decision in queries.decisions(actor())],
        as_of=mine.as_of,
        today=today(),
        **frame(switch(mine)),
    )


def _granted(decision: Decision, mine: Holdings) -> Granted:
    unit = next((unit for unit in mine.units if unit.code == decision.unit_code), None)
    months = None
    if unit is not None and unit.sight.balance:
        credits = [Credit(one.booked_on, one.month, one.amount) for one in allowance_credits(actor(), unit)]
        months = rules.matched(decision.from_on, decision.to_on, decision.monthly, credits)
    return Granted(
        decision,
        unit.address_line if unit else decision.unit_code,
        decision.state(today()),
        decision.days_left(today()),
        rules.is_ending(decision.to_on, today()),
        months,
    )
