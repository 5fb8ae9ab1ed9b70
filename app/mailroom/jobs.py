"""Looking into the mailbox, once a minute, for the whole platform: one mailbox serves every manager."""

from __future__ import annotations

import time

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core import work
from app.core.errors import Refused, TryLater
from app.core.jobs import Again, enqueue, job
from app.core.runtime import settings
from app.gateways import mailbox
from app.gateways.mailbox import Mailbox
from app.mailroom import reading, reception

POLL = "mailroom.poll"
TURN_SECONDS = 20.0
log = structlog.get_logger("osiedle.mailroom")


def ask() -> bool:
    """Ask for a look, with no tenant bound; False where no mailbox is configured."""
    if settings().mail_inbox_url is None:
        return False
    enqueue(POLL, "mailbox")
    work.commit()
    return True


@job(POLL, platform=True)
def poll() -> Again | None:
    """Take in what waits in the mailbox, for one turn. A letter that nobody can take stays there, flagged."""
    url = settings().mail_inbox_url
    if url is None:
        return None
    try:
        where = mailbox.place(url, settings().mail_inbox_ca)
    except ValueError as error:
        log.error("the mailbox cannot be read", reason=str(error))
        return None
    ends = time.monotonic() + TURN_SECONDS
    with mailbox.opened(where) as box:
        for uid in box.waiting():
            if time.monotonic() > ends:
                return Again(0)
            _one(box, uid)
    return None


def _one(box: Mailbox, uid: str) -> None:
    try:
        taken = _taken(box, uid)
    except Refused as refusal:
        log.info("letter refused", uid=uid, reason=refusal.message)
        taken = False
    except mailbox.Away:
        raise
    except (TryLater, OperationalError, InterfaceError) as error:
        # It stays unread, so the next look finds it again.
        log.warning("letter waits", uid=uid, reason=type(error).__name__)
        work.rollback()
        return
    except Exception:
        # One letter that we stumble over must not keep the others waiting.
        log.exception("letter could not be taken", uid=uid)
        work.rollback()
        taken = False
    box.done(uid, taken=taken)


def _taken(box: Mailbox, uid: str) -> bool:
    size = box.size(uid)
    if size is None:
        return True
    if size > reading.LARGEST:
        reception.refuse_unread(box.head(uid) or b"", size)
        return False
    raw = box.letter(uid)
    return raw is None or all(outcome.good for outcome in reception.receive(raw))
