"""Forms: wtforms in the visitor's language, filled from the request."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from wtforms import Form

from app.core.errors import Refused

F = TypeVar("F", bound=Form)


def filled(form: type[F], **values: Any) -> F:
    """The form as posted, or fresh with `values` on a GET."""
    return form(request.form if request.method == "POST" else None, **values)


def refuse(form: Form, refusal: Refused) -> str | None:
    """Put a refusal at its field; returns the sentence if it belongs to none."""
    if refusal.field and refusal.field in form._fields:
        field = form._fields[refusal.field]
        field.errors = [*field.errors, refusal.message]
        return None
    return refusal.message
