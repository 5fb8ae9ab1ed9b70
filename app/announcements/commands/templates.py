"""Templates: what new announcements can begin with."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.announcements import queries, rules
from app.announcements.models import AnnouncementTemplate
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from tenants.db import db


def keep_template(actor: Actor, public_id: str, name: str | None) -> None:
    """Keep the words of an announcement as a template; one of the same name is replaced. Raises `Refused`."""
    row = queries.row(actor, public_id)
    queries.check_right(actor)
    line = " ".join((name or "").replace("\0", "").split())
    if not line:
        raise Refused(_("Podaj nazwę szablonu."), field="name")
    if len(line) > rules.NAME_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=rules.NAME_LENGTH), field="name")
    said = {
        "title": row.title,
        "body": row.body,
        "translations": row.translations,
        "importance": row.importance,
        "created_by": actor.name or actor.login,
        "created_at": now(),
    }
    made = insert(AnnouncementTemplate).values(name=line, **said)
    db.session.execute(made.on_conflict_do_update(index_elements=["name"], set_=said))
    audit.record(actor, "announcement.template_kept", line, title=row.title)


def delete_template(actor: Actor, public_id: str) -> None:
    """Delete a template. Raises `NotThere`."""
    row = queries.template(actor, public_id)
    audit.record(actor, "announcement.template_deleted", row.name)
    db.session.delete(row)
