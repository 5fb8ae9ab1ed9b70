"""Letters to the platform's operators: no manager stands behind these, so they go by no manager's outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import jobs
from app.core.letter import Sender
from app.core.runtime import settings
from app.operators.models import Operator
from tenants.db import db

LETTER_JOB = "operators.letter"


def sender() -> Sender:
    return Sender("Osiedle", f"no-reply@{settings().mail_from_domain}")


def tell(letter: str, cause: str, context: dict[str, Any]) -> int:
    """Ask for a letter of the kind `letter` to each operator; returns to how many. Unbound.

    `context` is JSON for the templates of the kind; a cause that waits already is not asked for again.
    """
    found = list(db.session.scalars(select(Operator.id).order_by(Operator.id)))
    for operator in found:
        args = {"operator": operator, "letter": letter, "cause": cause, "context": context}
        jobs.enqueue(LETTER_JOB, f"{cause}:{operator}", args, lane="urgent")
    return len(found)
