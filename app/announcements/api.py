"""Announcements for programs."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from app.announcements import described, handed
from app.announcements.models import Announcement
from app.announcements.queries import listing
from app.announcements.rules import STATES
from app.api import answering, asking
from app.core import work
from app.core.actor import Can
from app.core.language import gettext as _
from app.core.links import external
from app.guard.commands import Held
from app.web import bearer
from app.web.problems import problem
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


@pages.post("/announcements")
@bearer.uploads
@bearer.scope("announcements:write", Can.SEND_MAILOUTS)
def receive() -> tuple[Response, int]:
    """Keep an announcement, and publish it if that was asked: 201, also for the same one again."""
    if request.mimetype != "application/json":
        abort(415, _("Wyślij obiekt JSON (application/json)."))
    try:
        public_id = handed.take(actor(), _body(), request.headers.get("Idempotency-Key"))
    except Held as held:
        found = [{"kind": one.kind, "place": one.place, "found": one.masked} for one in held.guard.findings]
        said = _("W treści mogą być czyjeś dane. Popraw ją albo wyślij jako „draft”: opublikuje ją człowiek.")
        work.rollback()
        return problem(422, said, errors=[{"field": "state", "message": said}], findings=found), 422
    answer = _told(public_id)
    answer.headers["Location"] = external(f"/api/v1/announcements/{public_id}")
    return answer, 201


@pages.get("/announcements/<announcement>")
@bearer.scope("announcements:read", Can.SEE_MAILOUTS)
def show(announcement: str) -> Response:
    """One announcement and how many have read it."""
    return _told(announcement)


def _body() -> Any:
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        abort(400, _("Tej treści nie da się odczytać jako JSON."))


def _told(public_id: str) -> Response:
    row = listing.row(actor(), public_id)
    return jsonify(_shown(row, *listing.counts(actor(), [row]).get(row.id, (0, 0))))


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
