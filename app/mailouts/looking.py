"""A draft as any of its recipients would get it, and what it would come to."""

from __future__ import annotations

from typing import Any

from app.attachments import contents
from app.audience import queries as audiences
from app.audience.rules import Audience, audience
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.money import money
from app.mailouts import paper, personal, policy, queries, rules, texting
from app.mailouts.models import Mailout
from app.mailouts.personal import Sample
from app.mailouts.rules import LETTER_NONE, LETTERS, Channels
from app.office.queries import profile
from app.outbox import letters
from app.outbox.attaching import CannotAttach, off_paper
from app.outbox.attaching import paper as paper_of
from app.outbox.letters import MAILOUTS
from app.outbox.rendering import rendered
from app.outbox.rules import as_html, filled, told


def over(actor: Actor, public_id: str, number: int, key: str | None = None) -> dict[str, Any]:
    """Everything that the page before sending shows. Raises `NotThere`."""
    row, chosen = _draft(actor, public_id)
    channels = Channels.of(row.channels)
    seen = personal.sample(row, chosen, number, key)
    missing, named = personal.lacking(row, chosen)
    reach = audiences.reach(actor, chosen, MAILOUTS)
    fields = seen.fields if seen else {}
    said = filled(row.sms_text, fields)
    bill = texting.bill(row, chosen) if channels.sms else None
    limit = policy.read().second_over
    return {
        "mailout": queries.mailout(actor, public_id),
        "fingerprint": personal.fingerprint(row),
        "audience_label": chosen.label(audiences.names(actor)),
        "reach": reach,
        "being_read": contents.want([item["file"] for item in row.attachments if "file" in item]),
        "seen": seen,
        "subject": filled(row.subject, fields),
        "body_html": as_html(filled(row.body, fields)),
        "sms": said,
        "sms_size": texting.size(said) if channels.sms else None,
        "bill": bill,
        "price": money(bill.grosze) if bill else None,
        "part_price": money(policy.read().sms_grosze),
        "off_paper": _off_paper(row) if channels.letter != LETTER_NONE else [],
        "letter_label": str(LETTERS[channels.letter]) if channels.letter != LETTER_NONE else None,
        "missing": missing,
        "named": named,
        "lacks": [personal.lack_label(name) for name in seen.lacks] if seen else [],
        "slips": rules.unknown_fields(personal.words(row)),
        "second": bool(limit) and reach.people > limit,
        "quiet": [(name, until) for name in ("email", "sms") if (until := _quiet(row, channels, name))],
        "sender": profile().sender_name,
    }


def mail(actor: Actor, public_id: str, number: int) -> str:
    """The HTML of one recipient's e-mail. Raises `NotThere`."""
    row, seen = _sample(actor, public_id, number)
    context = {"subject": row.subject, "body_text": row.body, **seen.context}
    letter = rendered(
        letters.kind("mailout"), context, office=profile(), name=seen.name, locale=profile().locale,
        unsubscribe_url="#",
    )  # fmt: skip
    return letter.html


def letter(actor: Actor, public_id: str, number: int) -> bytes:
    """One recipient's letter as PDF, without what comes behind it. Raises `NotThere`."""
    row, seen = _sample(actor, public_id, number)
    elsewhere = off_paper(seen.attachments)
    names = [str(one["name"]) for one in seen.attachments if str(one["name"]) not in elsewhere]
    words = filled(row.subject, seen.fields), filled(row.body, seen.fields)
    return paper.one(*words, seen.name, seen.postal, names, elsewhere)


def attachment(actor: Actor, public_id: str, number: int, at: int) -> bytes:
    """One attachment of one recipient, if it is a PDF. Raises `NotThere` and `Refused`."""
    _row, seen = _sample(actor, public_id, number)
    if not 0 <= at < len(seen.attachments):
        raise NotThere(_("Nie ma takiego załącznika."))
    try:
        made = paper_of(seen.attachments[at])
    except CannotAttach as refusal:
        raise Refused(told(str(refusal))) from None
    if made is None:
        raise NotThere(_("Nie ma takiego załącznika."))
    return made


def sms_installed() -> bool:
    """Whether text messages can be sent."""
    return texting.installed()


def _off_paper(row: Mailout) -> list[str]:
    """The files for everybody that no letter can bring on paper."""
    return off_paper([item for item in row.attachments if "file" in item])


def _sample(actor: Actor, public_id: str, number: int) -> tuple[Mailout, Sample]:
    row, chosen = _draft(actor, public_id)
    seen = personal.sample(row, chosen, number)
    if seen is None:
        raise NotThere(_("W tej grupie nie ma nikogo."))
    return row, seen


def _draft(actor: Actor, public_id: str) -> tuple[Mailout, Audience]:
    if not actor.may(Can.SEND_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
    row = queries.mailout_row(actor, public_id)
    return row, audience(row.audience)


def _quiet(row: Mailout, channels: Channels, name: str) -> Any:
    if row.important or not getattr(channels, name):
        return None
    return policy.quiet(name, row.run_at or now())
