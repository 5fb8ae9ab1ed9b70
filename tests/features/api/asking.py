"""Programs as the tests have them: a token of a manager, and packages handed over with it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.api import commands
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tenants.db import db
from tests.browsing import Browser
from tests.factories import packages
from tests.town import books
from worker import entry

ACTOR = system("tests")


def token(app: Any, tenant: Any, scopes: Iterable[str] = ("imports:write",), **more: Any) -> str:
    return named_token(app, tenant, scopes, **more)[1]


def named_token(
    app: Any,
    tenant: Any,
    scopes: Iterable[str] = ("imports:write",),
    *,
    days: int | None = None,
    buildings: Iterable[str] = (),
) -> tuple[str, str]:
    """The public id and the secret of a new token."""
    with app.app_context(), bind(tenant):
        made = commands.create(ACTOR, "Program księgowy", scopes, days=days, buildings=buildings)
        work.commit()
        return made


def program(app: Any, tenant: Any, secret: str | None) -> Browser:
    """A client that sends this token with everything."""
    made = Browser.on(app, tenant.slug)
    if secret is not None:
        made.environ_base = {**made.environ_base, "HTTP_AUTHORIZATION": f"Bearer {secret}"}
    return made


def package(folder: Path, slug: str = "alfa", **sheets: Any) -> bytes:
    return packages.archive(folder / "paczka.zip", {**books(slug), **sheets}).read_bytes()


def hand_over(client: Browser, file: bytes, key: str | None = None, name: str = "paczka.zip", **fields: Any) -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    data = {"file": (BytesIO(file), name), **fields}
    return client.post("/api/v1/imports", data=data, headers=headers, content_type="multipart/form-data")


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert "Set-Cookie" not in answer.headers
    found: dict[str, Any] = answer.get_json()
    assert found["status"] == status and found["title"] and found["type"] == "about:blank"
    return found


def work_off(app: Any, tenant: Any, name: str = "imports.run") -> None:
    """Do the work of this name that waits, as a worker would."""
    with app.app_context():
        with bind(tenant):
            waiting = db.session.execute(
                text("SELECT id FROM jobs WHERE name = :name AND state = 'waiting' ORDER BY id"), {"name": name}
            )
            rows = list(waiting.scalars())
        for row in rows:
            entry.run(tenant.id, row)
