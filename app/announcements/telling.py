"""Telling people of an announcement that has appeared: by notices, or by a mailout of the whole text."""

from __future__ import annotations

from sqlalchemy import text

from app.announcements import markup, rules
from app.announcements.models import Announcement
from app.announcements.queries import listing
from app.audience import membership
from app.audience.rules import audience
from app.core import events
from app.core.actor import Actor, system
from app.core.errors import Refused
from app.core.links import external
from app.mailouts import commands as mailouts
from app.mailouts import rules as mailout_rules
from tenants.db import db


def tell(public_id: str) -> None:
    """Say that an announcement has appeared; again tells nobody twice, and one that was taken back tells nobody.

    The event `announcements.published` carries `public_id`, `title`, `importance`, the path of its page, and
    `account_ids`: the residents of its audience.
    """
    row = listing.row(system("announcements"), public_id, locked=True)
    if row.state != "published" or row.tell == rules.NONE:
        return
    if row.tell == rules.MAILOUT and row.mailout is None:
        try:
            row.mailout = _mailed(row)
        except Refused:  # nobody of the audience is in the books: who has a login is told by a notice
            row.tell = rules.NOTICE
    if row.tell == rules.NOTICE:
        chosen = audience(row.audience)
        found = db.session.execute(
            text(f"SELECT id FROM ({membership.accounts_sql()}) AS x ORDER BY id"), membership.accounts_values(chosen)
        )
        events.happened(
            "announcements.published",
            public_id=public_id,
            title=row.title,
            importance=row.importance,
            path=f"/news/{public_id}",
            account_ids=list(found.scalars()),
        )


def _mailed(row: Announcement) -> str:
    """The public id of the mailout that carries the whole text."""
    who = Actor(kind="system", login="announcements", name=row.published_by or row.created_by)
    link = external(f"/news/{row.public_id}")
    body = f"{markup.plain(row.body)[: mailout_rules.BODY_LENGTH - 200]}\n\n{link}"
    return mailouts.send(who, row.title, body, row.audience, rules.cause(row.public_id))
