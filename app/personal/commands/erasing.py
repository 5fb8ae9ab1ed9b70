"""Erasing an account: what may go goes, what accounting law and proof need stays.

The books are not touched: rows of the ledger and of people belong to the manager's accounting and come anew with
each import. The audit log cannot be altered by anybody.
"""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts.commands.leaving import close
from app.accounts.models import Account
from app.core import audit, jobs
from app.core.actor import Actor, Can, Role, system
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.gateways import files
from app.messages.queries import PLACE
from app.personal import taking_part
from app.personal.collecting import keys
from app.personal.models import ErasedAccount, PersonalErasure
from tenants.db import PLATFORM, db

JOB = "personal.erasures"
# Tables that refer to accounts and are left as they are, each with its reason.
NOT_ERASED = {
    "account_challenges": "goes with its session",
    "staff_scopes": "of staff, who are not erased",
    "message_staff_addresses": "of staff, who are not erased",
    "notice_dismissals": "of staff, who are not erased",
    **taking_part.NOT_ERASED,
}
_STATEMENTS = (
    "DELETE FROM account_sessions WHERE account_id = :account",
    "DELETE FROM account_tokens WHERE account_id = :account",
    "DELETE FROM login_attempts WHERE account_id = :account",
    "DELETE FROM notification_choices WHERE account_id = :account",
    "DELETE FROM notification_pending WHERE account_id = :account",
    "DELETE FROM calendar_feeds WHERE account_id = :account",
    "UPDATE document_fetches SET account_id = NULL WHERE account_id = :account",
    "DELETE FROM credential_issues WHERE account_id = :account",
    "DELETE FROM announcement_reads WHERE account_id = :account",
    "DELETE FROM account_units WHERE account_id = :account",
    "DELETE FROM account_totp WHERE owner_id = :account",
    "DELETE FROM account_passkeys WHERE owner_id = :account",
    "DELETE FROM account_recovery_codes WHERE owner_id = :account",
    "UPDATE online_payments SET account_id = NULL, session_url = NULL WHERE account_id = :account",
    "UPDATE text_acceptances SET address = NULL WHERE account_id = :account",
    "UPDATE resignations SET reason = NULL WHERE account_id = :account",
    "UPDATE personal_requests SET body = '' WHERE account_id = :account",
    "DELETE FROM registration_notes n USING registrations r WHERE r.id = n.registration_id AND r.account_id = :account",
    "UPDATE registrations SET first_name = '', last_name = '', unit = '', email = NULL, phone = NULL, address = NULL, "
    "identity_note = NULL, reason = NULL, digest = uuid_send(gen_random_uuid()) WHERE account_id = :account",
    *taking_part.ERASING,
    "UPDATE accounts SET login = left('–' || public_id, 12), email = NULL, phone = NULL, locale = NULL, "
    "password_hash = NULL, person_code = NULL, last_login_at = NULL, closed_reason = NULL WHERE id = :account",
)
# Letters on their way are left to leave; the nightly work wipes them.
WIPED = "address = NULL, recipient_name = NULL, context = '{}'::jsonb"
# The person, and whoever has the login now, may have another account, whose letters stay.
_LETTERS = text(
    f"UPDATE outbox_items o SET {WIPED} FROM accounts a WHERE a.id = :account AND NOT o.live "
    "AND o.recipient_key = ANY(:keys) AND (o.recipient_key = 'account:' || a.public_id "
    "OR o.created_at BETWEEN a.created_at AND coalesce(a.closed_at, now()))"
)
_MESSAGES = (
    "UPDATE message_threads SET subject = '–' WHERE account_id = :account",
    "UPDATE messages SET body = '', quoted = NULL, from_address = NULL, left_out = '[]'::jsonb, "
    "author_name = CASE WHEN side IN ('office', 'note') THEN author_name ELSE '–' END "
    "WHERE thread_id IN (SELECT id FROM message_threads WHERE account_id = :account)",
)
_FILES = text(
    "DELETE FROM message_files WHERE message_id IN (SELECT m.id FROM messages m JOIN message_threads t "
    "ON t.id = m.thread_id WHERE t.account_id = :account) RETURNING public_id"
)
_KNOWN = text("SELECT account, messages FROM platform.erased_accounts WHERE account = ANY(:accounts)")


def erase(actor: Actor, account: Account, *, messages: bool) -> None:
    """Close a resident's account, wipe what need not be kept and remember that. Erasing again changes nothing.

    `messages` wipes the conversations with the office too. Raises `NotThere` without the rights, `Refused` for staff.
    """
    if not (actor.may(Can.ANSWER_REQUESTS) and actor.may(Can.MANAGE_ACCOUNTS)):
        raise NotThere("")
    if account.role != Role.RESIDENT:
        raise Refused(_("To konto pracownika: najpierw odbierz mu tę rolę."))
    if account.status != "closed":
        close(actor, account, "")
    values = {"account": account.id}
    letters = keys(account.id)  # while the account still has its login
    for statement in (*_STATEMENTS, *(_MESSAGES if messages else ())):
        db.session.execute(text(statement), values)
    db.session.execute(_LETTERS, {**values, "keys": letters})
    if messages:
        for name in db.session.execute(_FILES, values).scalars():
            files.files().delete(files.key(PLACE, name))
    done = insert(PersonalErasure).values(account=account.public_id, messages=messages)
    db.session.execute(
        done.on_conflict_do_update(
            index_elements=["account"], set_={"messages": PersonalErasure.messages | done.excluded.messages}
        )
    )
    db.session.expire(account)
    audit.record(actor, "personal.erased", f"account:{account.public_id}", messages=messages)
    jobs.enqueue(JOB, "erasures", lane="urgent")


def erase_again() -> int:
    """Bring the manager's own memory of erasures and the platform's in step; returns how many accounts were erased.

    What was erased here is told to the platform. What the platform knows and this manager does not was brought back by
    an archive, and is erased again.
    """
    done = db.session.execute(select(PersonalErasure.account, PersonalErasure.messages))
    mine = {row.account: row.messages for row in done}
    accounts = list(db.session.execute(select(Account.public_id).where(Account.role == Role.RESIDENT)).scalars())
    with db.engines[PLATFORM].begin() as connection:
        if mine:
            told = insert(ErasedAccount).values([{"account": name, "messages": every} for name, every in mine.items()])
            connection.execute(told.on_conflict_do_nothing())
        known = connection.execute(_KNOWN, {"accounts": accounts}).all()
    back = [row for row in known if row.account not in mine]
    for row in back:
        account = db.session.execute(select(Account).where(Account.public_id == row.account)).scalar_one()
        erase(system("personal"), account, messages=row.messages)
    return len(back)
