"""Ready answers: written once by staff, filled for each conversation."""

from __future__ import annotations

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.messages import rules
from app.messages.commands.writing import may_answer
from app.messages.models import AnswerTemplate
from tenants.db import db

MOST = 200


def save_template(actor: Actor, public_id: str | None, *, name: str, category: str, body: str) -> str:
    """Write a ready answer, or change one; returns its public id. Raises `Refused` with the field, `NotThere`."""
    may_answer(actor)
    title, content = rules.title(name), rules.body(body)
    about = rules.category(category) if category else None
    odd = rules.unknown_fields(content)
    if odd:
        named = ", ".join("{" + name + "}" for name in odd[:5])
        raise Refused(_("Nie ma takich pól: %(fields)s. Lista pól jest pod treścią.", fields=named), field="body")
    if public_id is None:
        if db.session.query(AnswerTemplate).filter_by(withdrawn_at=None).count() >= MOST:
            raise Refused(_("Wzorów jest już za dużo. Usuń te, których nie używasz."))
        row = AnswerTemplate()
        db.session.add(row)
    else:
        row = _row(public_id)
    row.name, row.category, row.body = title, about, content
    row.changed_by, row.changed_at = actor.login, now()
    db.session.flush()
    audit.record(actor, "message.template_saved", f"template:{row.public_id}", name=title)
    return str(row.public_id)


def withdraw_template(actor: Actor, public_id: str) -> None:
    """Offer a ready answer no more. Raises `NotThere`."""
    may_answer(actor)
    row = _row(public_id)
    row.withdrawn_at = now()
    audit.record(actor, "message.template_withdrawn", f"template:{row.public_id}", name=row.name)


def _row(public_id: str) -> AnswerTemplate:
    found = (
        db.session.query(AnswerTemplate)
        .filter_by(public_id=public_id.replace("\0", ""), withdrawn_at=None)
        .with_for_update()
        .one_or_none()
    )
    if found is None:
        raise NotThere("")
    row: AnswerTemplate = found
    return row
