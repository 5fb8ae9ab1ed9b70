"""Letters of a site on their way: to addresses outside as real e-mail, to members as word that there is one.

Answers to both come back to an address of the letter and join its thread. Members have another address than people
outside, so that nobody outside who knows theirs can write under a member's name.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.mailroom.addresses import address
from app.notifications import kinds
from app.notifications.commands import tell_many
from app.office.queries import profile
from app.outbox import attaching, letters
from app.outbox.carriers import mail_domain
from app.outbox.commands import post
from app.works.post import cards
from app.works.post.models import WorksLetter, WorksThread
from app.works.post.rules import cause
from tenants.db import db

ROUTE = "works"  # the prefix of the addresses at which answers from outside come in
INSIDE = "worksin"  # the same for members
KIND, OUTSIDE, NOTICE, CARD = "works_mail", "works_letter", "works_notice", "works.card"
letters.register(letters.Kind(OUTSIDE, _l("Wiadomość w sprawie budowy"), lane="urgent"))
letters.register(letters.Kind(NOTICE, _l("Nowa wiadomość na budowie"), topic=KIND, lane="urgent"))
_MEMBER = text("SELECT EXISTS (SELECT FROM works_members WHERE account_id = :account AND left_at IS NULL)")
_PEOPLE = text("SELECT account_id FROM works_addressees WHERE letter_id = :letter AND account_id IS NOT NULL")
_OUTSIDE = text("SELECT address, name FROM works_addressees WHERE letter_id = :letter AND address IS NOT NULL")
_FILES = text("SELECT file_id, name FROM works_letter_files WHERE letter_id = :letter ORDER BY id")
_CARDS = text(
    "SELECT l.cards, s.name FROM works_letters l JOIN works_sites s ON s.id = l.site_id WHERE l.public_id = :letter"
)


def _takes_part(actor: Actor) -> bool:
    """Whether letters of sites may concern somebody."""
    if actor.is_collaborator:
        return True
    return actor.account_id is not None and bool(db.session.execute(_MEMBER, {"account": actor.account_id}).scalar())


kinds.register(
    kinds.Kind(
        KIND,
        _l("Poczta budowy"),
        _l("Ktoś napisał do Ciebie w sprawie budowy. Na taki e-mail możesz od razu odpisać."),
        channels=(kinds.EMAIL,),
        order=60,
        shown=_takes_part,
    )
)


def deliver(site_id: str, site: str, thread: WorksThread, letter: WorksLetter) -> None:
    """Put a letter that was sent on its way; told twice it goes once. `site_id` is the public id of the site."""
    files = db.session.execute(_FILES, {"letter": letter.id}).all()
    shared = _context(site, thread, letter, [row.name for row in files])
    attachments: list[dict[str, Any]] = [{"file": row.file_id, "name": row.name} for row in files]
    if letter.cards:
        attachments.append({"make": CARD, "args": {"letter": letter.public_id}, "name": cards.FILE_NAME})
    for row in db.session.execute(_OUTSIDE, {"letter": letter.id}).all():
        if row.address == letter.from_address:
            continue
        post(
            OUTSIDE,
            cause(letter.public_id),
            f"address:{row.address}",
            row.address,
            row.name or None,
            {**shared, "reply_to": address(ROUTE, letter.public_id), "attachments": attachments},
            locale=profile().locale,
        )
    people = [one for one in db.session.execute(_PEOPLE, {"letter": letter.id}).scalars() if one != letter.account_id]
    link = external(f"/works/{site_id}/mail/{thread.public_id}#{letter.public_id}")
    told = {**shared, "reply_to": address(INSIDE, letter.public_id), "link": link}
    tell_many(KIND, f"works_notice:{letter.public_id}", people, NOTICE, told)


def _context(site: str, thread: WorksThread, letter: WorksLetter, files: list[str]) -> dict[str, Any]:
    firm = f", {letter.firm}" if letter.firm else ""
    begins = thread.started_at == letter.sent_at
    return {
        "subject": thread.subject if begins else f"Re: {thread.subject}",
        "topic_line": thread.subject,
        "who": f"{letter.author}{firm}",
        "sender_name": f"{letter.author}{firm}"[:120],
        "site": site,
        "body_text": letter.body,
        "cards": letter.cards,
        "files": files,
        "due_on": f"{letter.due_on:%d.%m.%Y}" if letter.due_on else "",
        "thread": f"thread.{thread.public_id}@{mail_domain()}",
    }


def _card(args: dict[str, Any]) -> bytes:
    row = db.session.execute(_CARDS, {"letter": str(args.get("letter"))}).one_or_none()
    if row is None or not row.cards:
        raise attaching.CannotAttach(_("Nie ma już danych budowy, które miały być załącznikiem."))
    return cards.vcard(row.name, row.cards)


attaching.register(CARD, _card, "text/vcard")
