"""Reads of settlements: of residents, of staff, of papers."""

from app.settlements.queries.books import SettledPeriod, settled_periods
from app.settlements.queries.choosing import accounts, buildings, components
from app.settlements.queries.mine import BookSettlement, Listed, Whole, listed, neighbours, of_books, whole, year_before
from app.settlements.queries.runs import CostLine, Run, RunUnit, costs, flags, run, runs, units

__all__ = [
    "BookSettlement",
    "CostLine",
    "Listed",
    "Run",
    "RunUnit",
    "SettledPeriod",
    "Whole",
    "accounts",
    "buildings",
    "components",
    "costs",
    "flags",
    "listed",
    "neighbours",
    "of_books",
    "run",
    "runs",
    "settled_periods",
    "units",
    "whole",
    "year_before",
]
