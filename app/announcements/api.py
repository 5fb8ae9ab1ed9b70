"""Announcements for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.announcements import described
from app.announcements.models import Announcement
from app.announcements.queries import listing
from app.announcements.rules import STATES
from app.api import answering, asking
from app.core.actor import Can
from app.web import bearer
from app.web.visitor import actor

pages = Blueprint("announcements", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there


@pages.get("/announcements")
@bearer.scope("announcements:read", Can.SEE_MAILOUTS)
def index() -> Response:
    asked = asking.window("state", "changed_since")
    rows = listing.after(
        actor(),
        asked.cursor,
        asked.limit + 1,
        state=asking.one_of("state", STATES),
        changed_since=asking.moment("changed_since"),
    )
    if rows is None:
        raise asking.strange_cursor()
    counts = listing.counts(actor(), rows)
    return answering.listed(rows, asked, lambda one: _shown(one, *counts.get(one.id, (0, 0))))


def _shown(one: Announcement, reads: int, confirmed: int) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "title": one.title,
        "body": one.body,
        "translations": one.translations,
        "importance": one.importance,
        "audience": one.audience,
        "state": one.state,
        "publish_at": answering.moment(one.publish_at),
        "published_at": answering.moment(one.published_at),
        "expires_at": answering.moment(one.expires_at),
        "ends_at": answering.moment(one.ends_at),
        "withdrawn_at": answering.moment(one.withdrawn_at),
        "changed_at": answering.moment(one.changed_at),
        "confirm": one.confirm,
        "reads": reads,
        "confirmed": confirmed,
    }
