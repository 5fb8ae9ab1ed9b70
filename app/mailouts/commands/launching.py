"""Sending a mailout: everything about it is written in one transaction, then the workers send."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.attachments import contents
from app.audience import queries as audiences
from app.audience.rules import Audience, audience
from app.core import audit, events
from app.core.actor import Actor, system
from app.core.clock import now
from app.core.errors import Conflict, Refused
from app.core.jobs import enqueue
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.guard import commands as guard
from app.guard.checking import look
from app.guard.commands import Consent
from app.guard.rules import Finding
from app.guard.subjects import register as register_subject
from app.mailouts import mails, personal, policy, rules, texting
from app.mailouts.commands import resting
from app.mailouts.commands.writing import locked, write
from app.mailouts.models import Mailout
from app.mailouts.rules import DRAFT, LETTER_EVERYONE, LETTER_NONE, SCHEDULED, SENDING, WAITING, Channels, Order
from app.outbox import brake
from app.outbox.commands import post_set
from app.outbox.letters import MAILOUTS
from tenants.db import db

BEGIN = "mailouts.begin"
register_subject("mailout", _l("Wysyłka"), "/admin/mailouts/{}")
_LEFT_OUT = "(NOT r.wanted OR cardinality(r.lacks) > 0)"
_CONTEXT = "CASE WHEN cardinality(r.lacks) > 0 THEN jsonb_build_object('lacks', r.lacks) ELSE r.context END AS context"
_TEXTS = (
    "SELECT recipient_key, address, name, locale, context, wanted FROM jsonb_to_recordset(CAST(:messages AS jsonb)) "
    "AS x (recipient_key text, address text, name text, locale text, context jsonb, wanted boolean)"
)


def send(actor: Actor, subject: str, body: str, audience: Any = None, form_key: str | None = None, **more: Any) -> str:
    """Write a mailout and send it; returns its public id. `more` are the other fields of `rules.Order`.

    `audience` is JSON as `app.audience.rules.audience` reads it. The same `form_key` again is the same mailout:
    whatever is clicked twice, or twenty times at once, is sent once. Raises `Refused`.
    """
    public_id = write(actor, Order(subject, body, audience, **more), form_key)
    launch(actor, public_id)
    return public_id


def launch(
    actor: Actor, public_id: str, consent: Consent | None = None, seen: str | None = None, *, spread: bool = False
) -> str:
    """Let a draft go; returns its new state. One that has gone already stays as it is. `seen` is the
    `personal.fingerprint` of what the actor has looked at, if it must still be so. A mailout to more people than may
    be written to in a day of a trial is refused, unless it may be `spread` over several.

    What the guard of publications finds, also in the files that everybody gets, needs the actor's `consent`; a process
    has the word of whoever started it. Raises `Refused` when nobody would get it or somebody lacks a personal word,
    `Conflict` while a file is not read yet, and `guard.commands.Held`.
    """
    row = locked(actor, public_id)
    if row.state != DRAFT:
        return row.state
    if seen and seen != personal.fingerprint(row):
        raise Conflict(_("Ktoś inny zmienił tymczasem tę wysyłkę. Sprawdź ją jeszcze raz."))
    chosen = audience(row.audience)
    count = audiences.reach(actor, chosen, MAILOUTS).people
    _check(row, chosen, count)
    if not spread:
        _braked(row, count)
    if actor.kind != "system":
        guard.decide(actor, f"mailout:{public_id}", look(actor, read_by_all(row)), consent)
    row.launched_by, row.launched_at, row.launcher = actor.name or actor.login, now(), actor.account_id
    row.recipients = count
    if _needs_second(count) and actor.kind != "system":
        row.state = WAITING
        audit.record(actor, "mailout.submitted", f"mailout:{public_id}", title=row.subject, recipients=count)
        return row.state
    return _go(actor, row)


def findings(actor: Actor, public_id: str) -> list[Finding]:
    """What the guard of publications finds in a draft. Raises `NotThere`, `Conflict` while a file is not read yet."""
    return look(actor, read_by_all(locked(actor, public_id)))


def approve(actor: Actor, public_id: str) -> str:
    """A second person lets a mailout go; returns its new state. Raises `Refused` for the one who wrote or sent it."""
    row = locked(actor, public_id)
    if row.state != WAITING:
        return row.state
    if actor.account_id is None or actor.account_id in (row.launcher, row.author):
        raise Refused(_("Tę wysyłkę musi zatwierdzić inna osoba niż ta, która ją przygotowała."))
    chosen = audience(row.audience)
    _check(row, chosen, audiences.reach(actor, chosen, MAILOUTS).people)  # it may have waited for days
    row.approved_by = actor.name or actor.login
    audit.record(actor, "mailout.approved", f"mailout:{public_id}", title=row.subject)
    return _go(actor, row)


def begin(public_id: str) -> None:
    """Send a scheduled mailout whose hour has come, to whoever is in its audience now.

    When that is more than one person may send to on their own, it waits for the second one, and staff are told.
    """
    row = db.session.query(Mailout).filter_by(public_id=public_id, state=SCHEDULED).with_for_update().one_or_none()
    if row is None or row.run_at is None or row.run_at > now():
        return
    chosen = audience(row.audience)
    count = audiences.reach(system("mailouts"), chosen, MAILOUTS).people
    if row.approved_by is None and row.launcher is not None and _needs_second(count):
        row.state, before, row.recipients = WAITING, row.recipients, count
        audit.record(
            system("mailouts"), "mailout.submitted", f"mailout:{public_id}", title=row.subject,
            before={"recipients": before}, after={"recipients": count},
        )  # fmt: skip
        mails.tell_outgrown(row, before, policy.read().second_over)
        return
    _queue(row, chosen)
    audit.record(
        system("mailouts"), "mailout.sent", f"mailout:{public_id}", title=row.subject, recipients=row.recipients
    )


def _needs_second(count: int) -> bool:
    limit = policy.read().second_over
    return bool(limit) and count > limit


def _go(actor: Actor, row: Mailout) -> str:
    cause = f"mailout:{row.public_id}"
    wait = (row.run_at - now()).total_seconds() if row.run_at else 0
    if wait > 0:
        row.state = SCHEDULED
        enqueue(BEGIN, row.public_id, {"public_id": row.public_id}, lane="bulk", after=wait)
        audit.record(actor, "mailout.scheduled", cause, title=row.subject, run_at=str(row.run_at))
        return row.state
    _queue(row, audience(row.audience), by_process=actor.kind == "system")
    if not row.recipients:
        raise _nobody()
    audit.record(actor, "mailout.sent", cause, title=row.subject, recipients=row.recipients)
    return row.state


def _check(row: Mailout, chosen: Audience, count: int) -> None:
    if not count:
        raise _nobody()
    if Channels.of(row.channels).sms and not texting.installed():
        raise Refused(_("Portal nie ma jeszcze bramki SMS."), field="sms")
    missing, named = personal.lacking(row, chosen)
    if not missing or row.skip_missing:
        if missing == count:
            raise Refused(_("Każdemu odbiorcy czegoś brakuje, więc nie ma komu wysłać wiadomości."), field="body")
        return
    who = ", ".join(f"{one.name} ({one.what})" for one in named[:3])
    raise Refused(
        ngettext(
            "%(num)d osobie brakuje danych: %(who)s. Usuń te dane z treści albo pomiń tę osobę.",
            "%(num)d osobom brakuje danych, m.in.: %(who)s. Usuń te dane z treści albo pomiń te osoby.",
            missing,
            who=who,
        ),
        field="body",
    )


def _braked(row: Mailout, count: int) -> None:
    """Raises `Refused` for a mailout to more people than may be written to in a day of a trial."""
    channels = Channels.of(row.channels)
    if not (channels.email or channels.sms) or not brake.on():
        return
    letters, texts = brake.daily("email"), brake.daily("sms")
    if channels.email and count > letters:
        said = _("W okresie próbnym można wysłać %(most)d listów dziennie. Wybierz mniejszą grupę.", most=letters)
        raise Refused(said, field="audience")
    if channels.sms and count > texts:
        said = _("W okresie próbnym można wysłać %(most)d SMS-ów dziennie. Wybierz mniejszą grupę.", most=texts)
        raise Refused(said, field="audience")


def read_by_all(row: Mailout) -> dict[str, str]:
    """What more than one person reads, by the labels of its fields. Raises `Conflict` while a file is not read yet."""
    files = [item for item in row.attachments if "file" in item]
    names = "\n".join(item["name"] for item in files)
    said = {_("Temat"): row.subject, _("Treść"): row.body, _("SMS"): row.sms_text, _("Pliki"): names}
    found = contents.words_of([item["file"] for item in files])
    inside = {_("Plik „%(name)s”", name=item["name"]): found[item["file"]] for item in files if item["file"] in found}
    return said | inside


def _nobody() -> Refused:
    return Refused(_("W tej grupie nie ma nikogo."), field="audience")


def _queue(row: Mailout, chosen: Audience, by_process: bool = False) -> None:
    """One row of the outbox for each recipient and channel; frozen with this."""
    channels, values = Channels.of(row.channels), personal.values(row, chosen)
    moment = now()
    quiet = {name: None if by_process or row.important else policy.quiet(name, moment) for name in ("email", "sms")}
    common: dict[str, Any] = {"subject": row.subject, "body_text": row.body}
    if row.confirm:
        common["confirm"] = row.confirm
    counts = []
    if channels.email:
        counts.append(_mail(row, common, values, quiet["email"]))
    if channels.sms:
        counts.append(_texts(row, common, chosen, quiet["sms"]))
    if channels.letter != LETTER_NONE:
        to_everyone = {"to_everyone": channels.letter == LETTER_EVERYONE}
        given = {**values, **to_everyone}
        counts.append(post_set("mailout", cause_of(row), common, _letters(), given, channel="letter"))
    row.state, row.recipients = SENDING, _people(row)
    if not by_process:
        resting.watch(row)
    events.happened("mailouts.launched", public_id=row.public_id)


def _mail(row: Mailout, common: dict[str, Any], values: dict[str, Any], after: datetime | None) -> int:
    return post_set(
        "mailout", cause_of(row), common, _mails(), values, _LEFT_OUT, important=row.important, not_before=after
    )


def _texts(row: Mailout, common: dict[str, Any], chosen: Audience, after: datetime | None) -> int:
    messages = texting.as_rows(texting.messages(row, chosen))
    return post_set(
        "mailout", cause_of(row), common, _TEXTS, {"messages": json.dumps(messages)}, "NOT r.wanted",
        channel="sms", important=row.important, not_before=after,
    )  # fmt: skip


def _people(row: Mailout) -> int:
    found = text("SELECT count(DISTINCT recipient_key) FROM outbox_items WHERE cause = :cause")
    return int(db.session.scalar(found, {"cause": cause_of(row)}) or 0)


def cause_of(row: Mailout) -> str:
    """The cause of a mailout's letters."""
    return rules.cause(row.public_id)


def _mails() -> str:
    return (
        f"SELECT r.recipient_key, r.address, r.name, r.locale, {_CONTEXT}, r.wanted, r.lacks "
        f"FROM ({personal.select()}) AS r"
    )


def _letters() -> str:
    return (
        "SELECT r.recipient_key, array_to_string(ARRAY(SELECT jsonb_array_elements_text(r.postal)), E'\\n') "
        "AS address, "
        f"r.name, r.locale, r.context FROM ({personal.select()}) AS r "
        f"WHERE cardinality(r.lacks) = 0 AND (:to_everyone OR NOT {personal.REACHED})"
    )
