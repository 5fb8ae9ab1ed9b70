"""Księgi: every page of it, below one item of the menu."""

from __future__ import annotations

from app.books import balances, entries, history, units
from app.books.frame import pages

__all__ = ["balances", "entries", "history", "pages", "units"]
