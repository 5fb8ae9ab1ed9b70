"""What happens to letters after they left: they come back, are read, are confirmed, or are sent again on a word."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor, Can, system
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.deliveries import bounces, queries
from app.mailroom import routes
from app.mailroom.routes import IGNORED, TAKEN, Arrival
from app.outbox import addresses, events
from app.outbox.carriers import BOUNCE
from app.outbox.commands import wake
from app.outbox.rules import BY_LETTER, is_fatal
from tenants.db import db

_OF = text("SELECT id, state, address FROM outbox_items WHERE public_id = :delivery AND channel = 'email' FOR UPDATE")
_BOUNCED = text(
    "UPDATE outbox_items SET state = 'bounced', bounced_at = coalesce(bounced_at, now()), reason = :reason, "
    "context = CASE WHEN secret THEN '{}'::jsonb ELSE context END WHERE id = :item AND state IN ('sent', 'held')"
)
_READ = {
    "opened": text(
        "UPDATE outbox_items SET opened_at = now() WHERE cause = ANY(:causes) AND recipient_key = ANY(:keys) "
        "AND opened_at IS NULL AND state <> 'skipped' RETURNING id"
    ),
    "confirmed": text(
        "UPDATE outbox_items SET confirmed_at = now(), opened_at = coalesce(opened_at, now()) "
        "WHERE cause = ANY(:causes) AND recipient_key = ANY(:keys) AND confirmed_at IS NULL AND state <> 'skipped' "
        "RETURNING id"
    ),
}
# A letter to a login counts since the account exists: logins are given out again.
_KEYS = text(
    "SELECT ARRAY['account:' || public_id, 'account:' || login, 'person:' || person_code] FROM accounts WHERE id = :me"
)
# The link went to an address, so it is that letter which is confirmed, and its person's accounts.
_LETTER = text(
    "SELECT i.cause, coalesce(i.recipient_name, '') AS name, ARRAY(SELECT a.id FROM accounts a "
    "WHERE a.status = 'active' AND a.role = 'resident' "
    "AND (i.recipient_key IN ('account:' || a.public_id, 'person:' || a.person_code) "
    "OR (i.recipient_key = 'account:' || a.login AND a.created_at <= i.created_at)) ORDER BY a.id) AS accounts "
    "FROM outbox_items i WHERE i.public_id = :delivery AND i.channel = 'email' AND i.state <> 'skipped'"
)
_CONFIRMED = text(
    "UPDATE outbox_items SET confirmed_at = now(), opened_at = coalesce(opened_at, now()) "
    "WHERE public_id = :delivery AND confirmed_at IS NULL AND state <> 'skipped' RETURNING id"
)
_AGAIN = text(
    "UPDATE outbox_items SET state = 'queued', live = channel <> 'letter', reason = NULL, run_after = now(), "
    "deferrals = 0, lease_until = NULL WHERE id = :item AND NOT secret AND context <> '{\"wiped\": true}'::jsonb "
    "AND address IS NOT NULL AND state IN ('failed', 'held', 'bounced', 'skipped') RETURNING id"
)


def take(arrival: Arrival) -> str:
    """Take what came back to the address of one letter: what `routes.register` asks for.

    The letter becomes bounced; the address is given up when the server says that it takes nothing, or after several.
    """
    found = db.session.execute(_OF, {"delivery": arrival.subject}).one_or_none()
    report = bounces.read(arrival.message, arrival.sender)
    if found is None or report is None or report.action == bounces.DELIVERED:
        return IGNORED
    sentence = (
        report.sentence
        if report.code is None or report.code in report.sentence
        else (f"{report.code} {report.sentence}")
    )
    if report.action == bounces.DELAYED:
        events.note("delayed", [found.id], sentence)
        return TAKEN
    changed = db.session.execute(_BOUNCED, {"item": found.id, "reason": sentence})
    if not changed.rowcount:  # type: ignore[attr-defined]
        return IGNORED
    events.note("bounced", [found.id], sentence)
    if found.address:
        dead = addresses.came_back(found.address, sentence, report.code, fatal=is_fatal(sentence, report.code))
        if dead:
            audit.record(system("mail"), "delivery.address_given_up", arrival.subject, reason=sentence)
    return TAKEN


def opened(actor: Actor, *causes: str) -> int:
    """The actor reads in the portal what these causes' letters say; noted once. Returns how many letters it was."""
    return _seen("opened", actor, causes)


def confirmed(actor: Actor, *causes: str) -> int:
    """The actor says that they have read it; noted once. Returns how many letters it was."""
    return _seen("confirmed", actor, causes)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who got a letter: `name` as on it, and the active accounts that are its person's."""

    cause: str
    name: str
    accounts: tuple[int, ...]


def recipient(delivery: str) -> Recipient | None:
    """Who got a letter, by its public id; None when there is none, or it never had an address."""
    row = db.session.execute(_LETTER, {"delivery": delivery}).one_or_none()
    return None if row is None else Recipient(row.cause, row.name, tuple(row.accounts))


def confirmed_by_letter(delivery: str) -> bool:
    """Note that who got a letter confirmed it by the link in it; False when that is known already."""
    found = db.session.execute(_CONFIRMED, {"delivery": delivery}).scalar()
    if found is None:
        return False
    events.note("confirmed", [found], BY_LETTER)
    return True


def _seen(what: str, actor: Actor, causes: tuple[str, ...]) -> int:
    if actor.account_id is None or not causes:
        return 0
    keys = [key for key in db.session.execute(_KEYS, {"me": actor.account_id}).scalar() or [] if key]
    values = {"causes": list(causes), "keys": keys}
    items = list(db.session.execute(_READ[what], values).scalars())
    events.note(what, items)
    return len(items)


def send_again(actor: Actor, delivery: str) -> None:
    """Put a letter back into the queue, on a person's word. Raises `NotThere`, and `Conflict` when it cannot be."""
    _may(actor)
    found = queries.delivery(actor, delivery)
    if found.flag is not None and found.flag.dead_at is not None:
        raise Conflict(_("Ten adres jest oznaczony jako niedziałający. Najpierw go przywróć."))
    again = db.session.execute(_AGAIN, {"item": found.id}).first()
    if not again:
        raise Conflict(_("Tej wiadomości nie można wysłać ponownie."))
    wake()
    audit.record(actor, "delivery.sent_again", f"delivery:{delivery}", before={"state": found.state})


def mend(actor: Actor, delivery: str) -> None:
    """Take up the address of a letter again."""
    _may(actor)
    found = queries.delivery(actor, delivery)
    address = addresses.mend(found.flag.public_id, actor.name or actor.login) if found.flag else None
    if address is None:
        raise Conflict(_("Ten adres nie jest oznaczony jako niedziałający."))
    audit.record(actor, "delivery.address_mended", f"delivery:{delivery}")


def _may(actor: Actor) -> None:
    if not actor.may(Can.SEND_MAILOUTS):
        raise NotThere("")


routes.register(BOUNCE, take, automatic=True)
