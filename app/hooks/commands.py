"""Addresses that hear of events: added, changed, stopped. A secret is returned once and kept sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.core import audit, jobs, throttle
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.core.runtime import settings
from app.credentials.sealing import seal_bytes
from app.hooks import rules
from app.hooks.models import Webhook, WebhookDelivery
from tenants.bound import current
from tenants.db import db

DELIVER = "hooks.deliver"
OVERLAP = timedelta(days=1)


def add(actor: Actor, name: str, url: str, events: Iterable[str]) -> tuple[str, str]:
    """Returns the public id and the secret. Raises `Refused` with the field, `NotThere` without the right."""
    _only_who_configures(actor)
    about = _checked(name, url, events)
    if (db.session.scalar(select(func.count()).select_from(Webhook)) or 0) >= rules.MOST:
        raise Refused(_("Masz już %(most)d adresów. Usuń te, których nikt nie używa.", most=rules.MOST))
    secret = rules.new_secret()
    made = Webhook(public_id=new_public_id(), secret=seal_bytes(secret.encode()), created_by=actor.login, **about)
    db.session.add(made)
    audit.record(actor, "webhook.added", made.public_id, after=about)
    return made.public_id, secret


def change(actor: Actor, public_id: str, name: str, url: str, events: Iterable[str]) -> None:
    """Raises `Refused` with the field, `NotThere`."""
    found, about = locked(actor, public_id), _checked(name, url, events)
    before = {field: getattr(found, field) for field in about}
    for field, value in about.items():
        setattr(found, field, value)
    audit.record(actor, "webhook.changed", public_id, before=before, after=about)


def rotate(actor: Actor, public_id: str) -> str:
    """A new secret, which is returned; the old one signs beside it for a day. Raises `NotThere`."""
    found, secret = locked(actor, public_id), rules.new_secret()
    found.former, found.former_until = found.secret, now() + OVERLAP
    found.secret = seal_bytes(secret.encode())
    audit.record(actor, "webhook.rotated", public_id, name=found.name)
    return secret


def pause(actor: Actor, public_id: str) -> None:
    """Tell it nothing until somebody resumes. Raises `Conflict` when it is stopped already, `NotThere`."""
    found = locked(actor, public_id)
    if found.state != "active":
        raise Conflict(_("Ten adres jest już wstrzymany."))
    found.state = "paused"
    audit.record(actor, "webhook.paused", public_id, before={"state": "active"}, after={"state": "paused"})


def resume(actor: Actor, public_id: str) -> None:
    """Go on, with what waits. Raises `Conflict` when it goes already, `NotThere`."""
    found = locked(actor, public_id)
    if found.state == "active":
        raise Conflict(_("Ten adres już działa."))
    before, found.state, found.reason = found.state, "active", None
    found.failures, found.failing_since, found.retry_at = 0, None, None
    audit.record(actor, "webhook.resumed", public_id, before={"state": before}, after={"state": "active"})
    jobs.enqueue(DELIVER, public_id, {"public_id": public_id})


def remove(actor: Actor, public_id: str) -> None:
    """Forget an address, with its log. Raises `NotThere`."""
    found = locked(actor, public_id)
    audit.record(actor, "webhook.removed", public_id, before={"name": found.name, "url": found.url})
    db.session.delete(found)


def ping(actor: Actor, public_id: str) -> None:
    """Send an event that means nothing. Raises `Conflict` when the address is stopped or the manager has sent enough of
    them within the hour, `NotThere`."""
    found = locked(actor, public_id)
    if found.state != "active":
        raise Conflict(_("Najpierw wznów ten adres."))
    if throttle.count(f"hooks-ping:{current().id}", rules.HOUR) > rules.MOST_PINGS:
        raise Conflict(_("Wysłano już dużo wiadomości. Spróbuj za godzinę."))
    _queue([found], rules.PING, {})
    audit.record(actor, "webhook.pinged", public_id)


def happened(event: str, data: dict[str, Any]) -> None:
    """Tell every address that wants to hear of it, in the transaction of what happened. `data` names no people."""
    wanted = select(Webhook).where(Webhook.state == "active", Webhook.events.contains([event])).order_by(Webhook.id)
    _queue(list(db.session.scalars(wanted)), event, data)


def locked(actor: Actor, public_id: str) -> Webhook:
    """One address, held until the transaction ends. Raises `NotThere`."""
    _only_who_configures(actor)
    wanted = select(Webhook).where(Webhook.public_id == public_id.replace("\0", "")).with_for_update()
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotThere("")
    return found


def _queue(webhooks: list[Webhook], event: str, data: dict[str, Any]) -> None:
    event_id, moment = f"evt_{new_public_id()}", now()
    content = {"id": event_id, "type": event, "created": moment.isoformat(timespec="seconds"), "data": data}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for webhook in webhooks:
        db.session.add(WebhookDelivery(webhook_id=webhook.id, event_id=event_id, event=event, body=body))
        jobs.enqueue(DELIVER, webhook.public_id, {"public_id": webhook.public_id})


def _checked(name: str, url: str, events: Iterable[str]) -> dict[str, Any]:
    return {
        "name": rules.checked_name(name),
        "url": rules.checked_url(url, strict=settings().production),
        "events": rules.checked_events(events),
    }


def _only_who_configures(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
