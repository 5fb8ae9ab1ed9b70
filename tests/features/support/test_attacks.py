"""Moments between a grant and its end in which somebody might slip in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.features.support.test_support import PASSWORD, Place


@pytest.fixture
def place(app: Any, new_tenant: Callable[..., Any]) -> Place:
    return Place(app, new_tenant(admin_password=PASSWORD))


def test_a_visit_that_began_while_its_grant_was_taken_back_opens_nothing(place: Place) -> None:
    """Revoking ends the visits that it sees; one that was written in the same moment dies with its grant."""
    place.grant()
    visitor, link = place.enter(), place.link()
    assert link
    place.change("UPDATE support_grants SET revoked_at = now(), revoked_by = 'admin'")
    assert visitor.get("/admin/").status_code == 302
    stranger = place.browser(f"{place.tenant.slug}.osiedle.test")
    stranger.get("/login")
    assert stranger.get(link).status_code == 404
    assert stranger.post(link).status_code == 404
