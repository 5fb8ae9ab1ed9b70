"""A feature that takes letters, as any other would, and letters as mail programs write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest
from sqlalchemy import text

from app.core.errors import Refused
from app.core.public_ids import new_public_id
from app.mailroom import reading, routes
from app.mailroom.addresses import address
from app.mailroom.routes import Arrival
from tenants.bound import current
from tenants.context import bind
from tenants.db import db


class Desk:
    """Takes letters under the prefixes `test` (of people) and `robot` (of programs too)."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Arrival]] = []
        self.trouble: Exception | None = None

    def take(self, arrival: Arrival) -> str:
        # written in the same unit of work as the note that the letter was taken
        db.session.execute(text("INSERT INTO outbox_causes (cause, context) VALUES (:cause, '{}')"), {
            "cause": f"desk:{len(self.taken)}:{new_public_id()}"
        })  # fmt: skip
        if self.trouble is not None:
            raise self.trouble
        self.taken.append((current().slug, arrival))
        return routes.TAKEN

    def texts(self) -> list[str]:
        return [reading.text(arrival.message).strip() for _slug, arrival in self.taken]


@pytest.fixture
def desk(app: Any) -> Iterator[Desk]:
    made = Desk()
    routes.register("test", made.take)
    routes.register("robot", made.take, automatic=True)
    with app.app_context():
        yield made
    for prefix in ("test", "robot"):
        routes._routes.pop(prefix)


@pytest.fixture
def where(app: Any, tenant: Any) -> Callable[..., str]:
    """`where("test")` is an address of this test's tenant."""

    def made(prefix: str = "test", of: Any = tenant) -> str:
        with app.app_context(), bind(of):
            return address(prefix, new_public_id())

    return made


def letter(to: str, body: str = "Dzień dobry.", **headers: str) -> bytes:
    """A plain letter of a person; `headers` with `_` for `-`."""
    message = EmailMessage()
    given = {"From": "Anna Żak <anna@poczta.example>", "To": to, "Subject": "Re: Sprawa", "Message-ID": make_msgid()}
    for name, value in (given | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        message[name] = value
    message.set_content(body)
    return message.as_bytes()


def rows(app: Any, tenant: Any, query: str) -> list[Any]:
    with app.app_context(), bind(tenant):
        return list(db.session.execute(text(query)))


refusal = Refused("Ta sprawa jest zamknięta.")
