"""The house of the notifications, whose residents ask for their data."""

from __future__ import annotations

from tests.features.notifications.conftest import enter, house

__all__ = ["enter", "house"]
