"""Sending a mailout: everything about it is written in one transaction, then the workers send."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from app.audience import queries as audiences
from app.audience import recipients
from app.audience.rules import audience as read_audience
from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.mailouts import rules
from app.office.queries import profile
from app.outbox.commands import post_set
from tenants.db import db


def send(actor: Actor, subject: str, body: str, audience: Any = None, form_key: str | None = None) -> str:
    """Write a mailout and one letter for each person of the audience; returns its public id.

    `audience` is JSON as `app.audience.rules.audience` reads it. The same `form_key` again is the same mailout:
    whatever is clicked twice, or twenty times at once, is sent once. Raises `Refused`.
    """
    if not actor.may(Can.SEND_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
    line, content, chosen = rules.subject(subject), rules.body(body), read_audience(audience)
    chosen = audiences.checked(actor, chosen)
    public_id = new_public_id()
    written = db.session.execute(
        text(
            "INSERT INTO mailouts (public_id, form_key, subject, body, audience, created_by) "
            "VALUES (:public_id, :form_key, :subject, :body, CAST(:audience AS jsonb), :by) "
            "ON CONFLICT (form_key) DO NOTHING RETURNING id"
        ),
        {
            "public_id": public_id,
            "form_key": form_key,
            "subject": line,
            "body": content,
            "audience": json.dumps(chosen.as_json()),
            "by": actor.name or actor.login,
        },
    ).first()
    if not written:
        return _known(form_key)
    personal = rules.is_personal(line, content)
    count = post_set(
        "mailout",
        rules.cause(public_id),
        {"subject": line, "body_text": content},
        recipients.SELECT,
        recipients.values(chosen, locale=profile().locale, personal=personal),
        recipients.DECLINED,
    )
    if not count:
        raise Refused(_("W tej grupie nie ma nikogo."), field="audience")
    db.session.execute(
        text("UPDATE mailouts SET recipients = :count WHERE public_id = :public_id"),
        {"count": count, "public_id": public_id},
    )
    audit.record(actor, "mailout.sent", f"mailout:{public_id}", title=line, recipients=count)
    return public_id


def _known(form_key: str | None) -> str:
    found = db.session.execute(text("SELECT public_id FROM mailouts WHERE form_key = :key"), {"key": form_key})
    return str(found.scalar_one())
