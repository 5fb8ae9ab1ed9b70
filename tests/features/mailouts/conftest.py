"""Mailouts are tried on the outbox's own houses and servers."""

from tests.features.outbox.conftest import crooked, house, mailer, new_house, outbox

__all__ = ["crooked", "house", "mailer", "new_house", "outbox"]
