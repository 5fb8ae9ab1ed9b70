"""What people type into a search box, in the form to which rows are brought: no capitals, no Polish marks."""

from __future__ import annotations

from sqlalchemy import text

from tenants.db import db


def pattern_of(search: str) -> str | None:
    """A LIKE pattern for `unaccent(lower(…))`; None when nothing is asked for."""
    words = " ".join(search[:100].replace("\0", "").split())
    if not words:
        return None
    plain: str = db.session.execute(text("SELECT unaccent(lower(:words))"), {"words": words}).scalar_one()
    return "%" + plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
