"""The letter of the day: what somebody wants to hear of together, once a day, instead of at once (zestawienie).

What waits stands in rows of its own, one for an event and account as in the outbox, so that the same event tells
nobody twice, also when it is told again after somebody has changed their mind about waiting.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from app.core import jobs, language
from app.core.clock import now
from app.core.jobs import Again
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.notifications import kinds
from app.notifications.kinds import EMAIL
from app.notifications.rules import NotificationRules, next_letter
from app.notifications.standing import DAILY, OPTED_OUT, WANTS, set_values, standing
from app.office import settings
from app.office.queries import profile
from app.outbox import commands as outbox
from app.outbox import letters
from tenants.db import db

JOB = "notifications.daily"
LETTER = TOPIC = "digest"
TURN = 200  # accounts whose letters are written in one turn of the job
letters.register(letters.Kind(LETTER, _l("Co nowego w portalu"), topic=TOPIC))
#: Whether account `a` was told of `:cause` in the letter of the day, or is about to be.
PACED = "EXISTS (SELECT FROM notification_pending p WHERE p.cause = :cause AND p.account_id = a.id)"
_POSTED = (
    "EXISTS (SELECT FROM outbox_items o WHERE o.cause = :cause AND o.recipient_key = 'account:' || a.public_id "
    "AND o.channel = 'email')"
)
_PUT_BY = text(
    "INSERT INTO notification_pending (account_id, kind, cause, letter, context, due_at) "
    "SELECT a.id, :kind, :cause, :letter, CAST(:context AS jsonb), :due FROM accounts a "
    f"WHERE a.id = ANY(:ids) AND a.status = 'active' AND a.email <> '' AND {WANTS} AND {DAILY} "
    f"AND NOT {OPTED_OUT} AND NOT {_POSTED} ORDER BY a.id ON CONFLICT (cause, account_id) DO NOTHING"
)
_ACCOUNTS = text(
    "SELECT DISTINCT account_id FROM notification_pending WHERE state = 'waiting' AND due_at <= :now "
    "ORDER BY account_id LIMIT :most"
)
_DUE = text(
    "SELECT p.id, p.account_id, p.kind, p.letter, p.context, a.public_id, a.email::text AS email, a.locale, "
    "a.status FROM notification_pending p JOIN accounts a ON a.id = p.account_id WHERE p.state = 'waiting' "
    "AND p.due_at <= :now AND p.account_id = ANY(:ids) ORDER BY p.account_id, p.id FOR UPDATE OF p"
)
_STILL = f"SELECT a.id FROM accounts a WHERE a.id = ANY(:ids) AND {WANTS} AND NOT {OPTED_OUT}"
_SETTLE = text("UPDATE notification_pending SET state = :state, context = '{}'::jsonb WHERE id = ANY(:ids)")
_DROP = text(
    "UPDATE notification_pending p SET state = 'dropped', context = '{}'::jsonb FROM accounts a "
    "WHERE a.id = p.account_id AND p.state = 'waiting' AND p.kind = :kind "
    "AND (a.id = :account OR lower(a.email::text) = :address)"
)
_TAKE_BACK = text(
    "UPDATE notification_pending SET state = 'dropped', context = '{}'::jsonb "
    "WHERE cause = :cause AND state = 'waiting'"
)
_NEXT = text("SELECT min(due_at) FROM notification_pending WHERE state = 'waiting'")


def put_by(kind: str, cause: str, account_ids: Sequence[int], letter: str, context: dict[str, Any]) -> int:
    """Keep an event for the letter of the day of those accounts that want it so; returns how many rows are new."""
    values = set_values(kind, EMAIL)
    if not values["paced"] or not account_ids:
        return 0
    moment = now()
    due = next_letter(moment, settings.read(NotificationRules).hour)
    given = {"cause": cause, "letter": letter, "context": json.dumps(context), "due": due, "ids": list(account_ids)}
    kept = int(db.session.execute(_PUT_BY, {**values, **given}).rowcount)  # type: ignore[attr-defined]
    if kept:
        jobs.enqueue(JOB, "daily", lane="bulk", after=max(1.0, (due - moment).total_seconds()))
    return kept


def drop(kind: str, *, account_id: int | None = None, address: str | None = None) -> None:
    """What waits of a kind is no longer wanted by an account, or by all that have an address (in lower case)."""
    db.session.execute(_DROP, {"kind": kind, "account": account_id, "address": address})


def take_back(cause: str) -> None:
    """An event that waits to be told is not told to anybody any more."""
    db.session.execute(_TAKE_BACK, {"cause": cause})


def send_due() -> Again | None:
    """Write the letters of the day that are due, some accounts in a turn; `Again` while there is more to come."""
    moment = now()
    ids = list(db.session.execute(_ACCOUNTS, {"now": moment, "most": TURN}).scalars())
    if ids:
        _write(db.session.execute(_DUE, {"now": moment, "ids": ids}).all())
        return Again()
    later = db.session.execute(_NEXT).scalar()
    return Again(max(1.0, (later - now()).total_seconds())) if later else None


def _write(rows: Sequence[Row[Any]]) -> None:
    """One letter for each account with what it still wants; the rest is dropped."""
    wanting = {kind: _still(kind, rows) for kind in {row.kind for row in rows}}
    told: dict[int, list[Row[Any]]] = {}
    for row in rows:
        if row.email and row.status == "active" and row.account_id in wanting[row.kind]:
            told.setdefault(row.account_id, []).append(row)
    for mine in told.values():
        first = mine[0]
        locale = first.locale or profile().locale
        context = {"items": [_item(row, locale) for row in mine], "link": external("/")}
        # Rows are never told twice, so that the first of them names this letter.
        outbox.post(
            LETTER, f"digest:{first.id}", f"account:{first.public_id}", first.email, None, context, locale=locale
        )
    done = [row.id for mine in told.values() for row in mine]
    db.session.execute(_SETTLE, {"state": "told", "ids": done})
    db.session.execute(_SETTLE, {"state": "dropped", "ids": sorted({row.id for row in rows} - set(done))})


def _still(kind: str, rows: Sequence[Row[Any]]) -> set[int]:
    if not kinds.known(kind) or not standing(kind, EMAIL).offered:
        return set()
    ids = sorted({row.account_id for row in rows if row.kind == kind})
    return set(db.session.execute(text(_STILL), {**set_values(kind, EMAIL), "ids": ids}).scalars())


def _item(row: Row[Any], locale: str) -> dict[str, str]:
    """What the letter of the day says of one event: its letter's subject, what it is about, and where to read it."""
    context = row.context
    with language.use(locale):
        about = str(letters.kind(row.letter).subject)
    note = context.get("title") or context.get("topic_line") or (context.get("names") or {}).get(locale) or ""
    return {"about": about, "note": str(note), "link": str(context.get("link") or "")}
