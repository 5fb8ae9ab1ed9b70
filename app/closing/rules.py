"""How long a closing takes, and who may do which of its steps."""

from __future__ import annotations

from datetime import timedelta

from app.core.errors import Refused
from app.core.language import gettext as _

GRACE = timedelta(days=30)
ARCHIVE_KEPT = timedelta(days=90)
BUSY_SECONDS = 20


def typed_right(typed: str, slug: str) -> None:
    """Raises `Refused` on field `slug` unless the subdomain was typed exactly."""
    if typed.strip().lower() != slug:
        raise Refused(_("Wpisz dokładnie subdomenę: %(slug)s.", slug=slug), field="slug")


def another(asked_by: str, login: str) -> None:
    """Raises `Refused` when the operator who confirms is the one who asked."""
    if asked_by == login:
        raise Refused(_("Zamknięcie musi potwierdzić inna osoba niż ta, która je zleciła."))
