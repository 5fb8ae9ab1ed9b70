"""Reads of settlements: of residents, of staff, of papers."""

from app.settlements.queries.books import SettledPeriod, settled_periods

__all__ = ["SettledPeriod", "settled_periods"]
