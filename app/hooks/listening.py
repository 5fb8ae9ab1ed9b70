"""What happens below, as programs are told it. Data name units and public ids, never people or their words."""

from __future__ import annotations

from sqlalchemy import text

from app.core import events
from app.core.clock import local
from app.core.links import external
from app.core.money import plain
from app.hooks.commands import happened
from tenants.db import db

_IMPORT = text(
    "SELECT r.as_of, i.public_id FROM revisions r LEFT JOIN imports i ON i.id = r.import_id WHERE r.number = :number"
)


@events.on("imports.published")
def published(revision: int) -> None:
    row = db.session.execute(_IMPORT, {"number": revision}).one_or_none()
    found = row.public_id if row else None
    happened(
        "import.published",
        {
            "import": found,
            "revision": revision,
            "as_of": local(row.as_of).isoformat(timespec="seconds") if row and row.as_of else None,
            "url": external(f"/api/v1/imports/{found}") if found else None,
        },
    )


@events.on("messages.received")
def received(thread: str, message: str) -> None:
    page = external(f"/admin/messages/{thread}")
    happened("message.received", {"conversation": thread, "message": message, "page": page})


@events.on("payments.matched")
def matched(payment: str, unit: str, grosze: int, paid_on: str, source: str) -> None:
    data = {"payment": payment, "unit": unit, "amount": plain(grosze), "currency": "PLN", "paid_on": paid_on}
    happened("payment.matched", {**data, "source": source})
