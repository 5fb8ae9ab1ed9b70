"""Forgetting what is older than the manager keeps it, a few rows at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, text

from app.accounts.models import Account
from app.core import work
from app.core.actor import Role, system
from app.core.clock import local, now
from app.finances.commands.confirming import forget_old as forget_confirmations
from app.gateways import files
from app.messages.queries import PLACE
from app.office import settings
from app.personal.commands.erasing import WIPED, erase
from app.personal.models import PersonalErasure
from app.personal.rules import Retention
from app.registrations.commands import forget_old as forget_registrations
from app.statements.commands import forgetting as bank
from tenants.db import db

BATCH = 2000
FEW = 20  # accounts and conversations, which take many statements each
TURN_SECONDS = 2.0
_ENDED = "least(n.withdrawn_at, n.expires_at)"
_ROWS = {
    "attempts": "DELETE FROM login_attempts WHERE id IN (SELECT id FROM login_attempts WHERE at < :before LIMIT :most)",
    "sessions": "DELETE FROM account_sessions WHERE id IN (SELECT id FROM account_sessions "
    "WHERE least(ended_at, expires_at) < :before LIMIT :most)",
    "links": "DELETE FROM account_tokens WHERE id IN (SELECT id FROM account_tokens "
    "WHERE least(used_at, expires_at) < :before LIMIT :most)",
    "fetches": "DELETE FROM document_fetches WHERE id IN (SELECT id FROM document_fetches "
    "WHERE at < :before LIMIT :most)",
    "incoming": "DELETE FROM incoming_mail WHERE id IN (SELECT id FROM incoming_mail WHERE at < :before LIMIT :most)",
    "letters": f"UPDATE outbox_items SET {WIPED} WHERE id IN (SELECT id FROM outbox_items "
    "WHERE NOT live AND created_at < :before "
    "AND (address IS NOT NULL OR recipient_name IS NOT NULL OR context <> '{}'::jsonb) LIMIT :most)",
    # The register of deliveries keeps that something happened, and its seals; not to whom.
    "deliveries": "UPDATE delivery_events SET whom = NULL, note = NULL WHERE id IN (SELECT e.id FROM delivery_events e "
    "JOIN outbox_items o ON o.id = e.item_id WHERE NOT o.live AND o.address IS NULL AND o.recipient_name IS NULL "
    "AND o.context = '{}'::jsonb AND (e.whom IS NOT NULL OR e.note IS NOT NULL) AND CAST(:before AS timestamptz) "
    "IS NOT NULL LIMIT :most)",
    # A mark of what still hangs stays: without it the announcement would be new again.
    "reads": "DELETE FROM announcement_reads WHERE (announcement_id, account_id) IN (SELECT r.announcement_id, "
    "r.account_id FROM announcement_reads r JOIN announcements n ON n.id = r.announcement_id "
    f"WHERE n.state IN ('published', 'withdrawn') AND {_ENDED} < :before LIMIT :most)",
    # Its letters stay in the register of deliveries, which knows them by their own rows.
    "announcements": "DELETE FROM announcements WHERE id IN (SELECT n.id FROM announcements n "
    f"WHERE n.state IN ('published', 'withdrawn') AND {_ENDED} < :before LIMIT :most)",
    "late letters": f"UPDATE outbox_items SET {WIPED} WHERE id IN (SELECT o.id FROM personal_erasures e "
    "JOIN outbox_items o ON o.recipient_key = 'account:' || e.account WHERE NOT o.live AND e.at < :before "
    "AND (o.address IS NOT NULL OR o.context <> '{}'::jsonb) LIMIT :most)",
}
_THREADS = text(
    "SELECT id FROM message_threads WHERE state = 'closed' AND last_at < :before ORDER BY id LIMIT :most FOR UPDATE"
)
_THREAD_FILES = text(
    "SELECT f.public_id FROM message_files f JOIN messages m ON m.id = f.message_id WHERE m.thread_id = :thread"
)


def forget_old(seconds: float = TURN_SECONDS) -> dict[str, int] | None:
    """Forget for about `seconds`, committing after each batch; None when something is left for another turn.

    Returns how many rows of each kind went in this turn, when nothing is left.
    """
    ends = time.monotonic() + seconds
    gone: dict[str, int] = {}
    for name, few, step in _steps(settings.fresh(Retention), now()):
        while True:
            went = step()
            work.commit()
            gone[name] = gone.get(name, 0) + went
            if went < few:
                break
            if time.monotonic() > ends:
                return None
    return gone


def _steps(kept: Retention, moment: datetime) -> Iterator[tuple[str, int, Callable[[], int]]]:
    """(name, the size of a batch, what forgets one batch and says how many went)."""
    for name, days in (
        ("attempts", kept.attempts_days),
        ("sessions", kept.sessions_days),
        ("links", kept.links_days),
        ("fetches", kept.fetches_months * 30),
        ("reads", kept.reads_months * 30),
        ("announcements", kept.announcements_months * 30),
        ("incoming", kept.letters_months * 30),
        ("letters", kept.letters_months * 30),
        ("late letters", 0),
        ("deliveries", 0),
    ):
        yield name, BATCH, partial(_rows, _ROWS[name], moment - timedelta(days=days))
    yield "messages", FEW, partial(_conversations, moment - timedelta(days=kept.messages_months * 30))
    yield "accounts", FEW, partial(_closed, moment - timedelta(days=kept.closed_months * 30))
    before = moment - timedelta(days=kept.registrations_months * 30)
    yield "registrations", BATCH, partial(_registrations, before)
    yield "confirmations", BATCH, partial(forget_confirmations, BATCH)
    since = bank.kept_since(local(moment).date(), kept.bank_years)
    yield "bookings", BATCH, partial(bank.forget_bookings, since, BATCH)
    yield "statements", BATCH, partial(bank.forget_statements, since, BATCH)
    yield "bank files", bank.FEW, partial(bank.forget_files, since)


def _rows(statement: str, before: datetime) -> int:
    found = db.session.execute(text(statement), {"before": before, "most": BATCH})
    return int(found.rowcount)  # type: ignore[attr-defined]


def _registrations(before: datetime) -> int:
    forget_registrations(before)  # all at once: there are few
    return 0


def _conversations(before: datetime) -> int:
    """Closed conversations with their files. The files go first: a row without its file is found again."""
    threads = list(db.session.execute(_THREADS, {"before": before, "most": FEW}).scalars())
    for thread in threads:
        for name in db.session.execute(_THREAD_FILES, {"thread": thread}).scalars():
            files.files().delete(files.key(PLACE, name))
        db.session.execute(text("DELETE FROM message_threads WHERE id = :thread"), {"thread": thread})
    return len(threads)


def _closed(before: datetime) -> int:
    erased = select(PersonalErasure.account)
    found = db.session.scalars(
        select(Account)
        .where(Account.status == "closed", Account.role == Role.RESIDENT, Account.closed_at < before)
        .where(Account.public_id.not_in(erased))
        .order_by(Account.id)
        .limit(FEW)
    ).all()
    for account in found:
        erase(system("retention"), account, messages=False)
    return len(found)
