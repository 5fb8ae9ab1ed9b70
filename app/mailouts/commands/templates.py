"""Templates: texts for mailouts that come again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.mailouts import rules
from app.mailouts.commands.writing import may
from app.mailouts.models import MailoutTemplate
from tenants.db import db

NAME_LENGTH = 80


def save_template(
    actor: Actor, name: str, subject: str, body: str, sms_text: str = "", public_id: str | None = None
) -> str:
    """Write a template, or write it anew; returns its public id. Raises `Refused` with the field."""
    may(actor)
    title = " ".join(name.split())
    if not title or not title.isprintable():
        raise Refused(_("Podaj nazwę szablonu."), field="name")
    if len(title) > NAME_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=NAME_LENGTH), field="name")
    row = _row(public_id) if public_id else MailoutTemplate()
    row.name, row.subject, row.body = title, rules.subject(subject), rules.body(body)
    row.sms_text = rules.sms(sms_text) if sms_text.strip() else ""
    row.changed_by, row.changed_at = actor.name or actor.login, now()
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Refused(_("Jest już szablon o tej nazwie."), field="name") from None
    audit.record(actor, "mailout.template_saved", f"mailout_template:{row.public_id}", name=title)
    return row.public_id


def delete_template(actor: Actor, public_id: str) -> None:
    """Throw a template away. Raises `NotThere`."""
    may(actor)
    row = _row(public_id)
    audit.record(actor, "mailout.template_deleted", f"mailout_template:{public_id}", name=row.name)
    db.session.delete(row)


def _row(public_id: str) -> MailoutTemplate:
    wanted = select(MailoutTemplate).where(MailoutTemplate.public_id == public_id.replace("\0", "")).with_for_update()
    row: MailoutTemplate | None = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego szablonu."))
    return row
