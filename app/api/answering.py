"""Lists as programs get them: rows, the address of what comes next, and which state of the books it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request
from sqlalchemy import text

from app.api.asking import Asked
from app.core.clock import local
from app.core.links import external
from tenants.db import db

Row = TypeVar("Row")
_BOOKS = text("SELECT number, as_of FROM revisions ORDER BY number DESC LIMIT 1")


def listed(rows: Sequence[Row], asked: Asked, shown: Callable[[Row], dict[str, Any]], key: str = "id") -> Response:
    """A page of a list. `rows` are one more than were asked for where there are more; the last one's `key` in the
    answer is the cursor of the next page."""
    data = [shown(row) for row in rows[: asked.limit]]
    following = _page(data[-1][key]) if len(rows) > asked.limit else None
    answer = told({"data": data, "next": following, **_books()})
    answer.headers.add("Link", f'<{_page(None)}>; rel="first"')
    if following:
        answer.headers.add("Link", f'<{following}>; rel="next"')
    return answer


def told(content: dict[str, Any]) -> Response:
    """An answer with its `ETag`; 304 for who has it already."""
    answer = jsonify(content)
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def moment(value: datetime | None) -> str | None:
    """A moment on a clock in Poland, with its offset."""
    return local(value).isoformat(timespec="seconds") if value else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _books() -> dict[str, Any]:
    row = db.session.execute(_BOOKS).one_or_none()
    return {"revision": row.number if row else None, "as_of": moment(row.as_of) if row else None}


def _page(cursor: str | None) -> str:
    kept = {name: value for name, value in request.args.items() if name != "cursor"}
    query = urlencode(kept | ({"cursor": cursor} if cursor is not None else {}))
    return external(request.path + (f"?{query}" if query else ""))
