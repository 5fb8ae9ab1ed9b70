"""Telling people what happened, as they chose; and choosing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, text

from app.core import audit
from app.core.actor import Actor, Can, system
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.notifications import kinds, pacing, queries, rules, standing
from app.notifications.kinds import DAILY, EMAIL, SMS
from app.notifications.rules import NotificationRules
from app.office import settings
from app.office.queries import profile
from app.outbox import commands as outbox
from app.outbox import declining, letters
from tenants.db import db

Choice = tuple[str, str]  # the name of a kind, and a channel
_ACCOUNT = text(
    "SELECT public_id, login, person_code, nullif(email, '') AS email, nullif(phone, '') AS phone, locale "
    "FROM accounts WHERE id = :account AND status = 'active'"
)
_TOLD = f"FROM accounts a WHERE a.id = ANY(:ids) AND a.status = 'active' AND {standing.WANTS}"
_BY_MAIL = (
    "SELECT 'account:' || a.public_id AS recipient_key, a.email::text AS address, CAST(NULL AS text) AS name, "
    "coalesce(a.locale, :locale) AS locale, '{}'::jsonb AS context "
    f"{_TOLD} AND a.email <> '' AND (CAST(:fixed AS boolean) OR NOT {standing.OPTED_OUT}) "
    f"AND NOT {pacing.PACED} AND (CAST(:at_once AS boolean) OR NOT {standing.DAILY})"
)
_BY_SMS = text(
    f"SELECT 'account:' || a.public_id AS key, a.phone, coalesce(a.locale, :locale) AS locale {_TOLD} AND a.phone <> ''"
)
_CHOOSE = text(
    "INSERT INTO notification_choices (account_id, kind, channel, wanted) VALUES (:account, :kind, :channel, :wanted) "
    "ON CONFLICT (account_id, kind, channel) DO UPDATE SET wanted = EXCLUDED.wanted, changed_at = now()"
)
_DECLINED = text(
    "INSERT INTO notification_choices (account_id, kind, channel, wanted) "
    "SELECT id, :kind, 'email', false FROM accounts WHERE lower(email::text) = :address AND status <> 'closed' "
    "ON CONFLICT (account_id, kind, channel) DO UPDATE SET wanted = false, changed_at = now()"
)

_DECLINED_DAILY = text(
    "INSERT INTO notification_choices (account_id, kind, channel, wanted) SELECT a.id, :kind, 'email', false "
    f"FROM accounts a WHERE lower(a.email::text) = :address AND a.status <> 'closed' AND {standing.DAILY} "
    "ON CONFLICT (account_id, kind, channel) DO UPDATE SET wanted = false, changed_at = now()"
)


def tell(kind: str, cause: str, account_id: int, letter: str, context: dict[str, Any], lane: str | None = None) -> int:
    """Tell an account of something by each channel that it wants and has an address for; returns how many are new.

    `cause` names the event: the same one again tells nobody twice. Who wants to hear once a day is told then, in one
    letter. `letter` is a kind of letter with templates for
    each channel of `kind`; `lane` is the letter's own by default. Raises `KeyError` for an unknown kind or letter.
    """
    row = db.session.execute(_ACCOUNT, {"account": account_id}).one_or_none()
    if row is None:
        return 0
    sent = 0
    for channel in kinds.kind(kind).channels:
        if not queries.wants(system("notifications"), account_id, kind, channel):
            continue
        if channel == EMAIL:
            sent += pacing.put_by(kind, cause, [account_id], letter, context)
        if channel != EMAIL or not queries.is_paced(system("notifications"), account_id, cause):
            sent += _posted(channel, letter, cause, row, context, lane or letters.kind(letter).lane)
    return sent


def _posted(channel: str, letter: str, cause: str, row: Row[Any], context: dict[str, Any], lane: str) -> bool:
    key, locale = f"account:{row.public_id}", row.locale or profile().locale
    if channel == EMAIL and row.email:
        return outbox.post(letter, cause, key, row.email, None, context, lane, locale=locale)
    if channel == SMS and row.phone:
        return outbox.post_sms(letter, cause, key, row.phone, context, lane=lane, locale=locale)
    return False


def tell_many(
    kind: str,
    cause: str,
    account_ids: Sequence[int],
    letter: str,
    context: dict[str, Any],
    *,
    at_once: bool = False,
) -> int:
    """Tell many accounts of one event, as `tell` does, with one context for all; returns how many are new.

    What is told `at_once` cannot wait for the letter of the day, such as a failure. Mail is one statement however
    many they are. Raises `KeyError` for an unknown kind or letter.
    """
    ids, locale = list(account_ids), profile().locale
    sent = 0
    for channel in kinds.kind(kind).channels:
        if not ids or not standing.standing(kind, channel).offered:
            continue
        values = {**standing.set_values(kind, channel), "ids": ids, "locale": locale}
        if channel == EMAIL:
            values |= {"cause": cause, "at_once": at_once}
            sent += 0 if at_once else pacing.put_by(kind, cause, ids, letter, context)
            sent += outbox.post_set(letter, cause, context, _BY_MAIL, values)
        else:
            for row in db.session.execute(_BY_SMS, values).all():
                sent += outbox.post_sms(
                    letter, cause, row.key, row.phone, context, lane=letters.kind(letter).lane, locale=row.locale
                )
    return sent


def choose(actor: Actor, shown: Collection[Choice], wanted: Collection[Choice]) -> int:
    """Set the actor's own choices for what a page has shown; returns how many were changed.

    A choice of `daily` says whether the e-mail of a kind waits for the one letter of the day.
    What is not offered or cannot be changed stays as it is. Switching on by e-mail lifts what the same address had
    declined by the link of a letter; switching off takes back letters that still wait.
    """
    row = db.session.execute(_ACCOUNT, {"account": actor.account_id}).one_or_none()
    if row is None:
        raise NotThere("")
    before: dict[str, bool] = {}
    after: dict[str, bool] = {}
    for line in queries.overview(actor).rows:
        for cell in line.cells:
            choice = (line.kind.name, cell.channel)
            if cell.fixed or choice not in shown:
                continue
            _choose(actor, row, choice, choice in wanted)
            if cell.wanted != (choice in wanted):
                before[":".join(choice)], after[":".join(choice)] = cell.wanted, choice in wanted
        pace = (line.kind.name, DAILY)
        if line.may_wait and pace in shown:
            _choose(actor, row, pace, pace in wanted)
            if line.daily != (pace in wanted):
                before[":".join(pace)], after[":".join(pace)] = line.daily, pace in wanted
    if after:
        audit.record(actor, "notifications.chosen", actor.login, before=before, after=after)
    return len(after)


def _choose(actor: Actor, row: Row[Any], choice: Choice, wanted: bool) -> None:
    kind, channel = choice
    values = {"account": actor.account_id, "kind": kind, "channel": channel, "wanted": wanted}
    db.session.execute(_CHOOSE, values)
    if channel == DAILY:
        return
    if not wanted:
        if channel == EMAIL:
            pacing.drop(kind, account_id=actor.account_id)
        keys = {f"account:{row.public_id}", f"account:{row.login}"}
        declining.withdraw(kind, channel, keys | ({f"person:{row.person_code}"} if row.person_code else set()))
    elif channel == EMAIL and row.email:
        declining.opt_in(actor, row.email, kind)
        declining.opt_in(actor, row.email, pacing.TOPIC)


def configure(
    actor: Actor,
    *,
    sms: bool,
    forced: Collection[str],
    defaults: dict[str, Collection[str]],
    daily: Collection[str] | None = None,
    hour: str | int | None = None,
) -> None:
    """Set the manager's rules; `defaults` is kind → channels, `daily` the kinds that wait for the letter of the day,
    `hour` (0 to 23) when that leaves; None leaves these two as they are. Raises `NotThere`, `Refused`."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    free = {one.name: one for one in kinds.kinds() if not one.mandatory}
    unknown = [name for name in (*forced, *defaults, *(daily or ())) if name not in free]
    if unknown:
        raise Refused(_("Nie ma takiego rodzaju powiadomień."))
    at = settings.fresh(NotificationRules)
    at = replace(
        at,
        sms=sms,
        daily=at.daily if daily is None else tuple(name for name in free if name in daily and free[name].paced),
        hour=at.hour if hour is None else _hour(hour),
        forced=tuple(name for name in free if name in forced),
        defaults={
            name: [one for one in kinds.CHANNELS if one in chosen and one in free[name].channels]
            for name, chosen in defaults.items()
        },
    )
    settings.write(actor, at)


def _hour(typed: str | int) -> int:
    try:
        hour = int(typed)
    except ValueError:
        hour = -1
    if hour not in range(24):
        raise Refused(_("Podaj godzinę od 0 do 23."), field="hour")
    return hour


def declined_by_link(address: str, topic: str) -> None:
    """Who declined by the link of a letter finds it switched off in the settings, also under a later address.

    Who declines the letter of the day declines what it is made of.
    """
    if kinds.known(topic):
        db.session.execute(_DECLINED, {"kind": topic, "address": address})
        pacing.drop(topic, address=address)
    elif topic == pacing.TOPIC:
        for kind in kinds.kinds():
            values = {**standing.set_values(kind.name, EMAIL), "address": address}
            if values["paced"]:
                db.session.execute(_DECLINED_DAILY, values)
                pacing.drop(kind.name, address=address)


def may_decline(topic: str) -> bool:
    """Whether letters of this topic carry a link by which they are declined."""
    return not kinds.known(topic) or not rules.is_fixed(kinds.kind(topic), settings.read(NotificationRules))


declining.install(may_decline, declined_by_link)
