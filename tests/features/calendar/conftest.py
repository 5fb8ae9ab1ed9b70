"""The flats of the tests of allowances, for the calendar."""

from __future__ import annotations

from tests.features.allowances.conftest import books, people

__all__ = ["books", "people"]
