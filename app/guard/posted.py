"""The form part of the guard, as it was posted."""

from __future__ import annotations

from flask import request

from app.guard.commands import Consent


def consent() -> Consent:
    """What the visitor answered to the warnings in `guard/_findings.html`; nothing when they were not shown."""
    marks = request.form.get("guard_seen", "").split()
    return Consent(
        seen=frozenset(marks[:200]),
        confirmed="guard_confirmed" in request.form,
        reason=request.form.get("guard_reason", "")[:2000],
    )
