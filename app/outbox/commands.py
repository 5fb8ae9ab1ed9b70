"""Writing letters into the outbox, declining mail, settling what a dead worker left."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, TextClause, bindparam, text

from app.core import audit
from app.core.actor import system
from app.core.clock import now
from app.core.jobs import enqueue
from app.outbox import declining, letters, queue, steering
from app.outbox.carriers import mail_domain
from app.outbox.events import proof
from app.outbox.models import OutboxItem
from app.outbox.rules import (
    BAD_ADDRESS,
    BAD_NUMBER,
    DEAD_ADDRESS,
    DECLINED,
    MISSING,
    NO_ADDRESS,
    NO_NUMBER,
    NO_PLACE,
    WITHDRAWN,
)
from app.outbox.texting import DRAIN_SMS
from app.outbox.texting import post_sms as post_sms
from app.outbox.tokens import sealed
from tenants.db import db

DRAIN = "outbox.drain"
SWEEP = "outbox.sweep"

# Looser than the gateway's own check, which fails a letter: this one only keeps the hopeless out of the queue.
_ADDRESS = r"^[!-?A-~]{1,64}@[^\s@,;<>()\[\]\\:\"]+\.[^\s@,;<>()\[\]\\:\".]{2,}$"
_RANDOM_ID = "translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_')"
_COLUMNS = (
    "public_id, cause, recipient_key, lane, secret, letter, topic, context, address, recipient_name, locale, "
    "message_id, reason, state, live, channel, run_after"
)
_SKIPPED = proof("message_id", "'skipped'", "address", "reason", "NULL").replace("::", "\\:\\:")
# One recipient from parameters, as `post_set` takes many.
ONE = (
    "SELECT :recipient_key AS recipient_key, :address AS address, :name AS name, :locale AS locale, "
    "CAST(:context AS jsonb) AS context"
)


def post(
    letter: str,
    cause: str,
    recipient_key: str,
    address: str | None,
    name: str | None = None,
    context: dict[str, Any] | None = None,
    lane: str | None = None,
    secret: bool | None = None,
    locale: str = "pl",
) -> bool:
    """Write one letter; False when one for this cause and recipient is there already.

    `context` is JSON for the templates of the kind `letter`; that of a secret one is stored sealed and wiped
    when it has been sent. Lane and secrecy are the kind's own by default. Raises `KeyError` for an unknown kind.
    """
    kind = letters.kind(letter)
    is_secret = kind.secret if secret is None else secret
    given = context or {}
    values = {
        "recipient_key": recipient_key,
        "address": address,
        "name": name,
        "locale": locale,
        "context": json.dumps(sealed(given) if is_secret else given),
    }
    return bool(_insert(kind, cause, ONE, values, lane or kind.lane, is_secret))


def post_set(
    letter: str,
    cause: str,
    shared: dict[str, Any],
    recipients: str,
    values: dict[str, Any],
    declined: str = "false",
    *,
    channel: str = "email",
    important: bool = False,
    not_before: datetime | None = None,
) -> int:
    """Write one letter for each row of a query, in one statement; returns how many are new.

    `recipients` is a SELECT of (recipient_key, address, name, locale, context jsonb) with `values` as its
    parameters; `shared` is the context that all have in common, frozen with the first call for a cause.
    `declined` is an expression over the rows `r` of the query: true for who chose not to get such letters, or whose
    context names what it `lacks`. Who gets none has an event with the reason in the register of deliveries.
    `channel` may be `sms`, with numbers in E.164 for addresses, or `letter`: the address then stands on an envelope,
    and the rows wait for `paper.posted`. Those of an important cause go on to the next channel when nobody reads them.
    None leaves earlier than `not_before`.
    """
    kind = letters.kind(letter)
    steering.begin(cause, shared, important=important)
    more = {"channel_": channel, "not_before_": not_before}
    return _insert(kind, cause, recipients, {**values, **more}, kind.lane, kind.secret, declined)


def _statement(recipients: str, declined: str) -> TextClause:
    """Writes a row for each recipient; one that cannot be reached, or does not want to be, is skipped and says why."""
    why = f"CASE WHEN jsonb_exists(r.context, 'lacks') THEN '{MISSING}' ELSE '{DECLINED}' END"
    return text(
        f"WITH fresh_items AS (INSERT INTO outbox_items ({_COLUMNS}) "
        "SELECT fresh.id, :cause_, r.recipient_key, :lane_, :secret_, :letter_, :topic_, r.context, r.address, "
        "r.name, r.locale, fresh.id || :at_domain_, why.reason, "
        "CASE WHEN why.reason IS NULL THEN 'queued' ELSE 'skipped' END, "
        "why.reason IS NULL AND :channel_ <> 'letter', :channel_, coalesce(:not_before_, now()) "
        f"FROM ({recipients}) AS r "
        # the reference to r makes a new id for each row
        f"CROSS JOIN LATERAL (SELECT {_RANDOM_ID} AS id WHERE r.recipient_key IS NOT NULL) AS fresh "
        "CROSS JOIN LATERAL (SELECT CASE "
        f"WHEN :channel_ = 'letter' THEN CASE WHEN coalesce(r.address, '') = '' THEN '{NO_PLACE}' END "
        f"WHEN :channel_ = 'sms' THEN CASE WHEN coalesce(r.address, '') = '' THEN '{NO_NUMBER}' "
        rf"WHEN r.address !~ '^\+[0-9]{{8,15}}$' THEN '{BAD_NUMBER}' WHEN {declined} THEN {why} END "
        f"WHEN coalesce(r.address, '') = '' THEN '{NO_ADDRESS}' "
        f"WHEN length(r.address) > 254 OR r.address !~ :address_ THEN '{BAD_ADDRESS}' "
        f"WHEN {declined} THEN {why} "
        "WHEN EXISTS (SELECT FROM mail_optouts o WHERE o.topic = :topic_ AND o.address = lower(r.address)) "
        f"THEN '{DECLINED}' WHEN :lane_ = 'bulk' AND EXISTS (SELECT FROM address_flags f "
        f"WHERE f.dead_at IS NOT NULL AND f.address = lower(r.address)) THEN '{DEAD_ADDRESS}' END AS reason) AS why "
        "ON CONFLICT (cause, recipient_key, channel) DO NOTHING RETURNING id, message_id, address, state, reason), "
        # Who gets nothing stands in the register of deliveries from the beginning, and why.
        "told AS (INSERT INTO delivery_events (item_id, kind, whom, note, proof) "
        f"SELECT id, state, address, reason, {_SKIPPED} FROM fresh_items WHERE state = 'skipped') "
        "SELECT count(*) FROM fresh_items"
    ).bindparams(bindparam("channel_", type_=Text), bindparam("not_before_", type_=DateTime(True)))


def _insert(
    kind: letters.Kind,
    cause: str,
    recipients: str,
    values: dict[str, Any],
    lane: str,
    secret: bool,
    declined: str = "false",
) -> int:
    after = values.get("not_before_")
    written = int(
        db.session.execute(
            _statement(recipients, declined),
            {
                "channel_": "email",
                "not_before_": None,
                **values,
                "cause_": cause,
                "lane_": lane,
                "secret_": secret,
                "letter_": kind.name,
                "topic_": kind.topic if declining.may_decline(kind.topic) else None,
                "at_domain_": f"@{mail_domain()}",
                "address_": _ADDRESS,
            },
        ).scalar_one()
    )
    if written and values.get("channel_") != "letter":
        wait = max(0.0, (after - now()).total_seconds()) if after else 0
        drain = DRAIN_SMS if values.get("channel_") == "sms" else DRAIN
        enqueue(drain, lane, {"lane": lane}, lane=lane, after=wait)
    return written


def opt_out(address: str, topic: str) -> bool:
    """An address declines a topic, also for letters that wait; False when it had done so before."""
    written = db.session.execute(
        text("INSERT INTO mail_optouts (address, topic) VALUES (:address, :topic) ON CONFLICT DO NOTHING RETURNING id"),
        {"address": address.lower(), "topic": topic},
    ).first()
    db.session.execute(
        text(
            "UPDATE outbox_items SET state = 'skipped', live = false, reason = :reason "
            "WHERE live AND state = 'queued' AND topic = :topic AND lower(address) = :address"
        ),
        {"address": address.lower(), "topic": topic, "reason": DECLINED},
    )
    declining.tell(address.lower(), topic)
    if written:
        audit.record(system("unsubscribe"), "mail.declined", topic, address=address.lower())
    return bool(written)


def settle_expired() -> int:
    """Rows whose sender died: queued again, or held when they carry a secret. Returns how many."""
    return queue.settle_expired(db.session.connection(bind_arguments={"mapper": OutboxItem}))


def unsent() -> bool:
    """Whether the bound tenant has something that is queued or being sent."""
    return bool(
        db.session.scalar(
            text("SELECT EXISTS (SELECT FROM outbox_items WHERE live AND state IN ('queued', 'sending'))")
        )
    )


def wake() -> None:
    """Ask for a drain of each lane and channel that has something queued or being sent."""
    found = db.session.execute(
        text("SELECT DISTINCT channel, lane FROM outbox_items WHERE live AND state IN ('queued', 'sending')")
    ).all()
    for channel, lane in found:
        enqueue(DRAIN if channel == "email" else DRAIN_SMS, lane, {"lane": lane}, lane=lane)


def withdraw(cause: str, reason: str = WITHDRAWN) -> int:
    """Take back the letters of a cause that have not left, and forget what they, or those held, would have said.

    One that is being sent at this moment leaves nevertheless. None goes on to another channel any more.
    Returns how many will not be sent.
    """
    db.session.execute(text("UPDATE outbox_causes SET important = false WHERE cause = :cause"), {"cause": cause})
    taken_back = db.session.execute(
        text(
            "UPDATE outbox_items SET state = CASE state WHEN 'queued' THEN 'skipped' ELSE state END, live = false, "
            "reason = CASE state WHEN 'queued' THEN :reason ELSE reason END, context = '{}'::jsonb "
            "WHERE cause = :cause AND state IN ('queued', 'held')"
        ),
        {"cause": cause, "reason": reason},
    )
    return int(taken_back.rowcount)  # type: ignore[attr-defined]
