"""Telling people of an announcement that has appeared: by notices, or by a mailout of the whole text."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text

from app.announcements import markup, rules
from app.announcements.models import Announcement
from app.announcements.queries import listing
from app.audience import membership
from app.audience.rules import audience
from app.core import events
from app.core.actor import Actor, Can, Role, system
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.links import external
from app.guard.commands import Consent
from app.mailouts import commands as mailouts
from app.mailouts import rules as mailout_rules
from tenants.db import db


def tell(public_id: str) -> None:
    """Say that an announcement has appeared; again tells nobody twice, and one that was taken back tells nobody.

    The event `announcements.published` carries `public_id`, `title`, `importance`, the path of its page,
    whether it asks to be confirmed, and `account_ids`: the residents of its audience.
    """
    row = listing.row(system("announcements"), public_id, locked=True)
    if row.state != "published":
        return
    if row.mailout is None and (row.tell == rules.MAILOUT or row.letters):
        try:
            with db.session.begin_nested():  # what cannot go leaves no draft behind
                row.mailout = _mailed(row)
        except Refused:  # nobody of the audience is in the books: who has a login is told by a notice
            row.tell = rules.NOTICE if row.tell == rules.MAILOUT else row.tell
    if row.tell == rules.NOTICE:
        _notice(row)


def _notice(row: Announcement) -> None:
    chosen = audience(row.audience)
    found = db.session.execute(
        text(f"SELECT id FROM ({membership.accounts_sql()}) AS x ORDER BY id"), membership.accounts_values(chosen)
    )
    events.happened(
        "announcements.published",
        public_id=row.public_id,
        title=row.title,
        importance=row.importance,
        path=f"/news/{row.public_id}",
        confirm=row.confirm,
        account_ids=list(found.scalars()),
    )


def _mailed(row: Announcement) -> str:
    """The public id of the mailout that carries the whole text. A large one may wait there for a second person."""
    who = _publisher(row)
    files = [(one.file_id, one.name) for one in listing.seen_files(row.id) if one.role == "attachment"]
    paper = mailout_rules.LETTER_UNREACHABLE if row.letters else mailout_rules.LETTER_NONE
    order = mailout_rules.Order(
        row.title,
        _body(row),
        row.audience,
        mailout_rules.Channels(email=row.tell == rules.MAILOUT, letter=paper),
        important=row.importance != rules.ORDINARY,
        skip_missing=True,
        confirm=row.public_id if row.confirm else None,
    )
    public_id = mailouts.write(who, order, rules.cause(row.public_id))
    if files and not mailouts.carry(who, public_id, files):
        mailouts.write(who, replace(order, body=_body(row, too_large=True)), public_id=public_id)
    # The same words were looked at when the announcement was published, and a person decided.
    seen = frozenset(one.mark for one in mailouts.findings(who, public_id))
    mailouts.launch(who, public_id, Consent(seen, True, _("Sprawdzono przy publikacji ogłoszenia.")), spread=True)
    return public_id


def _body(row: Announcement, *, too_large: bool = False) -> str:
    """The text of its mailout. Files that no letter can take are in the portal, and the text says so."""
    said = [markup.plain(row.body)[: mailout_rules.BODY_LENGTH - 400]]
    if too_large:
        said.append(_("Załączniki są za duże, żeby je przesłać. Pobierzesz je w portalu:"))
    return "\n\n".join([*said, external(f"/news/{row.public_id}")])


def _publisher(row: Announcement) -> Actor:
    """Who published it, as far as sending letters goes."""
    name = row.published_by or row.created_by
    if row.publisher is None:
        return Actor(kind="system", login="announcements", name=name)
    may = frozenset({Can.SEND_MAILOUTS, Can.SEE_MAILOUTS})
    return Actor(kind="account", login=name, name=name, account_id=row.publisher, role=Role.CLERK, can=may)
