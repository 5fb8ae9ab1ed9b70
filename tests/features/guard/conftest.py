"""The guard is tried on the houses of notifications: residents, books, and a member of staff."""

from tests.features.notifications.conftest import enter, house

__all__ = ["enter", "house"]
