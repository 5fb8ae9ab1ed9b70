"""Important letters that nobody reads go on by themselves: from e-mail to a text message, from there to paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.clock import now, today
from app.core.links import external
from app.deliveries import rules
from app.deliveries.rules import Escalation
from app.office import settings
from app.outbox import events, letters, paper
from app.outbox.commands import post_sms
from app.outbox.rules import DECLINED, MISSING
from tenants.db import db

LETTER = "important"  # the text message that says where to read what
DAYS = 30  # after which nobody needs to hear of it any more
BATCH = 2000
letters.register(letters.Kind(LETTER, subject=None))
settings.group("escalation")(Escalation)

_OPEN = (
    "FROM outbox_items i JOIN outbox_causes c ON c.cause = i.cause "
    f"WHERE c.important AND c.paused_at IS NULL AND c.created_at > now() - interval '{DAYS} days' "
)
_WAITS = text(f"SELECT EXISTS (SELECT {_OPEN} AND i.opened_at IS NULL AND i.confirmed_at IS NULL)")
_DUE = text(
    "SELECT i.cause, i.recipient_key, min(i.created_at) AS written_at, min(i.locale) AS locale, "
    "min(i.recipient_name) AS name, jsonb_object_agg(i.channel, jsonb_build_array(i.state, i.sent_at)) AS tried, "
    "(array_agg(i.letter ORDER BY i.id))[1] AS letter, (array_agg(i.context ORDER BY i.id))[1] AS context, "
    "(array_agg(i.id ORDER BY i.id))[1] AS first, coalesce((array_agg(c.context))[1] ->> 'subject', '') AS subject, "
    f"(array_agg(c.context))[1] ->> 'url' AS url {_OPEN} "
    "GROUP BY i.cause, i.recipient_key HAVING bool_and(i.opened_at IS NULL AND i.confirmed_at IS NULL) "
    f"AND NOT bool_or(coalesce(i.reason, '') IN ('{DECLINED}', '{MISSING}')) "
    "AND (NOT bool_or(i.channel = 'letter') AND :letter OR NOT bool_or(i.channel = 'sms') AND :sms) "
    "AND (NOT bool_or(i.state IN ('queued', 'sending', 'sent')) "
    "OR coalesce(min(i.sent_at), min(i.created_at)) <= now() - :hours * interval '1 hour') "
    f"ORDER BY i.cause, i.recipient_key LIMIT {BATCH}"
)
_PERSON = text(
    "SELECT coalesce((SELECT a.phone FROM accounts a WHERE a.person_code = p.code AND a.status = 'active' "
    "AND a.phone IS NOT NULL ORDER BY a.id LIMIT 1), p.phone) AS phone, "
    "concat_ws(E'\\n', nullif(concat_ws(' ', p.street, p.number), ''), "
    "nullif(concat_ws(' ', p.postcode, p.city), '')) AS place, p.city, "
    "(SELECT concat_ws(E'\\n', concat_ws(' ', b.street, concat_ws('/', b.number, u.number)), "
    "concat_ws(' ', b.postcode, b.city)) FROM occupancies o JOIN units u ON u.code = o.unit_code "
    "AND u.until_revision IS NULL JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE o.person_code = p.code AND o.until_revision IS NULL AND o.from_on <= :today "
    "AND (o.to_on IS NULL OR o.to_on >= :today) ORDER BY u.code LIMIT 1) AS home "
    "FROM people p WHERE p.code = :code AND p.until_revision IS NULL"
)
_AWAKE = text(
    "UPDATE outbox_items SET run_after = :moment WHERE cause = :cause AND recipient_key = :key AND channel = 'sms' "
    "AND state = 'queued' AND run_after < :moment"
)
_ACCOUNT = text("SELECT phone, person_code FROM accounts WHERE public_id = :key OR login = :key LIMIT 1")


def waits() -> bool:
    """Whether the bound tenant has an important letter that nobody has read."""
    return bool(db.session.scalar(_WAITS))


def escalate(moment: datetime | None = None) -> int:
    """Send on what is due. Returns how many letters were written."""
    chosen, written = settings.fresh(Escalation), 0
    hours = min((hours for hours in (chosen.sms_hours, chosen.letter_hours) if hours), default=None)
    if hours is None:
        return 0
    values = {"sms": chosen.sms_hours > 0, "letter": chosen.letter_hours > 0, "hours": hours}
    for row in db.session.execute(_DUE, values).all():
        tried = {channel: (state, _moment(at)) for channel, (state, at) in row.tried.items()}
        channel = rules.next_channel(chosen, reached=False, written_at=row.written_at, tried=tried, now=moment or now())
        if channel is not None and _send(channel, row):
            events.note("escalated", [row.first], channel)
            written += 1
    return written


def _send(channel: str, row: Any) -> bool:
    phone, place = _reach(row.recipient_key)
    if channel == "sms":
        context = {"subject": row.subject, "url": row.url or external("/news")}
        written = post_sms(LETTER, row.cause, row.recipient_key, phone, context, lane="bulk", locale=row.locale)
        db.session.execute(_AWAKE, {"cause": row.cause, "key": row.recipient_key, "moment": rules.polite(now())})
        return written
    return paper.write(row.letter, row.cause, row.recipient_key, place, row.name, row.context, row.locale)


def _reach(key: str) -> tuple[str | None, str | None]:
    """The number and the place of who has this key; the person's own address, else the unit's."""
    kind, _mark, name = key.partition(":")
    phone: str | None = None
    code: str | None = name if kind == "person" else None
    if kind == "account":
        found = db.session.execute(_ACCOUNT, {"key": name}).one_or_none()
        phone, code = (found.phone, found.person_code) if found else (None, None)
    if code is None:
        return phone, None
    person = db.session.execute(_PERSON, {"code": code, "today": today()}).one_or_none()
    if person is None:
        return phone, None
    return phone or person.phone, (person.place if person.city else None) or person.home


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
