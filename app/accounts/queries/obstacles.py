"""Why somebody cannot log in: what is known of an account, and the obstacles that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.accounts.queries.locks import locked_for
from app.accounts.queries.reach import units_of
from app.core.actor import Actor, Can
from app.core.clock import local, now, today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import ngettext
from app.estate import queries as estate
from app.estate import scope
from app.outbox.letters import kind
from app.outbox.rules import told
from tenants.db import db

ATTEMPTS_SHOWN = 20
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''))"
_WAITING = (
    "(SELECT value FROM account_tokens t WHERE t.account_id = a.id AND purpose = '{0}' AND used_at IS NULL "
    "AND expires_at > now() AND NOT starts_with(value, 'undo:') ORDER BY id DESC LIMIT 1)"
)
_STATE = text(
    "SELECT a.id, a.public_id, a.login, a.role, a.status, a.email, a.phone, a.person_code, "
    f"(SELECT {_NAME} FROM people p WHERE p.code = a.person_code AND p.until_revision IS NULL) AS name, "
    "a.password_hash IS NOT NULL AS has_password, a.must_change_password, a.start_password_until, a.opens_at, "
    "a.created_at, a.last_login_at, a.closed_at, a.closed_reason, "
    f"{_WAITING.format('email')} AS waiting_email, {_WAITING.format('phone')} AS waiting_phone, "
    "(SELECT max(expires_at) FROM account_tokens t WHERE t.account_id = a.id AND purpose IN ('activation', 'letter') "
    "AND used_at IS NULL AND expires_at > now()) AS link_until, "
    "(SELECT asked_at FROM resignations r WHERE r.account_id = a.id AND r.state = 'open') AS resigned_at "
    f"FROM accounts a WHERE a.public_id = :public_id AND {scope.accounts('a')}"
)
# A later letter of the same kind that left by the same way makes an earlier failure history.
_LOST = text(
    "SELECT DISTINCT ON (o.letter, o.channel) o.letter, o.channel, o.address, o.state, o.reason, o.created_at "
    "FROM outbox_items o WHERE o.recipient_key = :key AND o.state IN ('failed', 'held', 'skipped', 'bounced') "
    "AND o.created_at > now() - interval '90 days' AND NOT EXISTS (SELECT FROM outbox_items n "
    "WHERE n.recipient_key = o.recipient_key AND n.letter = o.letter AND n.channel = o.channel AND n.id > o.id "
    "AND n.state IN ('sent', 'queued', 'sending')) ORDER BY o.letter, o.channel, o.id DESC"
)
_ATTEMPTS = text(
    "SELECT at, outcome, address, agent FROM login_attempts WHERE account_id = :account ORDER BY id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class AccountState:
    """What is known of an account. `units` are codes in the actor's buildings that it sees today."""

    id: int
    public_id: str
    login: str
    role: str
    status: str
    email: str | None
    phone: str | None
    person_code: str | None
    name: str | None
    has_password: bool
    must_change_password: bool
    start_password_until: datetime | None
    opens_at: datetime | None
    created_at: datetime
    last_login_at: datetime | None
    closed_at: datetime | None
    closed_reason: str | None
    waiting_email: str | None
    waiting_phone: str | None
    link_until: datetime | None
    resigned_at: datetime | None
    units: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    locked_seconds: int = 0
    lost: tuple[LostLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class LostLetter:
    """A letter to the account that did not reach it, and why."""

    letter: str
    channel: str
    address: str | None
    state: str
    reason: str
    created_at: datetime

    @property
    def label(self) -> str:
        try:
            return str(kind(self.letter).subject or self.letter)
        except KeyError:
            return self.letter


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to log in: `outcome` as `LoginAttempt` keeps it."""

    at: datetime
    outcome: str
    address: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason, as a sentence. `stops` says that nobody gets in; otherwise it makes things harder later.

    `mend` names what the office can do about it in one click (a POST below the account's page), `see` a page below it.
    """

    kind: str
    sentence: str
    stops: bool = True
    mend: str | None = None
    see: str | None = None


#: Features above add reasons of their own, such as a second factor.
sources: list[Callable[[Actor, AccountState], Iterable[Obstacle]]] = []


def state(actor: Actor, public_id: str) -> AccountState:
    """What is known of a resident's account in the actor's buildings, or of any for staff with all of them.

    Raises `NotThere`.
    """
    if not actor.may(Can.SEE_RESIDENTS) or "\0" in public_id:
        raise NotThere("")
    row: Any = db.session.execute(_STATE, {"public_id": public_id, **scope.values(actor)}).mappings().one_or_none()
    if row is None or (row["role"] != "resident" and not actor.may(Can.MANAGE_STAFF)):
        raise NotThere("")
    held = units_of(actor, row["id"], row["person_code"], today())
    titles = estate.units_held(actor, row["person_code"], today()) if row["person_code"] else []
    known = estate.known_units(actor, [*held, *titles])
    lost = db.session.execute(_LOST, {"key": f"account:{public_id}"})
    return AccountState(
        **row,
        units=tuple(code for code in held if code in known),
        titles=tuple(code for code in titles if code in known),
        locked_seconds=locked_for(actor, row["login"], row["email"]),
        lost=tuple(
            LostLetter(one.letter, one.channel, one.address, one.state, told(one.reason), one.created_at)
            for one in lost
        ),
    )


def attempts(actor: Actor, found: AccountState) -> list[Attempt]:
    """The latest attempts at an account that `state` gave out, newest first."""
    values = {"account": found.id, "most": ATTEMPTS_SHOWN}
    return [Attempt(*row) for row in db.session.execute(_ATTEMPTS, values)] if actor.may(Can.SEE_RESIDENTS) else []


def obstacles(actor: Actor, found: AccountState) -> list[Obstacle]:
    """Everything that keeps the account's owner out now, gravest first, then what will be in the way later."""
    reasons = [*state_of(found, now()), *(one for source in sources for one in source(actor, found))]
    return sorted(reasons, key=lambda reason: not reason.stops)


def state_of(found: AccountState, moment: datetime) -> list[Obstacle]:
    """The reasons that follow from what is known of the account at a moment."""
    if found.status == "closed":
        return [Obstacle("closed", _closed(found), see="new")]
    return [*_doors(found, moment), *_password(found, moment), *_units(found), *_contacts(found), *_letters(found)]


def _doors(found: AccountState, moment: datetime) -> Iterable[Obstacle]:
    if found.status == "blocked":
        yield Obstacle("blocked", _("Konto jest zablokowane przez biuro."), mend="unblock")
    if found.locked_seconds:
        minutes = max(1, -(-found.locked_seconds // 60))
        yield Obstacle(
            "locked",
            ngettext(
                "Po wielu nieudanych próbach logowanie jest wstrzymane jeszcze na %(num)d minutę.",
                "Po wielu nieudanych próbach logowanie jest wstrzymane jeszcze na %(num)d minut.",
                minutes,
            ),
            mend="unlock",
        )
    if found.opens_at is not None and found.opens_at > moment:
        when = f"{local(found.opens_at):%d.%m.%Y, %H:%M}"
        yield Obstacle(
            "early", _("Konto zacznie działać po najbliższym pobraniu danych: %(when)s.", when=when), mend="open"
        )


def _password(found: AccountState, moment: datetime) -> Iterable[Obstacle]:
    if not found.has_password and found.link_until is not None:
        when = f"{local(found.link_until):%d.%m.%Y, %H:%M}"
        sentence = _("Mieszkaniec nie ustawił jeszcze hasła. Jego link lub kod działa do %(when)s.", when=when)
        yield Obstacle("no_password", sentence, mend="link")
    elif not found.has_password:
        sentence = _("Mieszkaniec nie ustawił jeszcze hasła, a link lub kod do jego ustawienia stracił ważność.")
        yield Obstacle("no_password", sentence, mend="link")
    elif found.start_password_until is not None and found.start_password_until < moment:
        when = f"{local(found.start_password_until):%d.%m.%Y, %H:%M}"
        yield Obstacle("expired", _("Hasło startowe straciło ważność %(when)s.", when=when), mend="link")


def _units(found: AccountState) -> Iterable[Obstacle]:
    if found.units or found.role != "resident":
        return
    if found.titles:
        sentence = _("Konto nie ma przypisanego lokalu, choć według ewidencji ta osoba ma do niego tytuł.")
        yield Obstacle("no_unit", sentence, stops=False, mend="attach")
    else:
        sentence = _("Konto nie ma przypisanego lokalu: po zalogowaniu mieszkaniec nie zobaczy żadnych rozliczeń.")
        yield Obstacle("no_unit", sentence, stops=False, see="#units")


def _contacts(found: AccountState) -> Iterable[Obstacle]:
    if found.waiting_email:
        sentence = _(
            "Adres %(address)s czeka na potwierdzenie; nie można z niego korzystać.", address=found.waiting_email
        )
        yield Obstacle("email_waits", sentence, stops=False, mend="remind")
    if found.waiting_phone:
        sentence = _("Numer %(number)s czeka na potwierdzenie kodem z SMS-a.", number=found.waiting_phone)
        yield Obstacle("phone_waits", sentence, stops=False, mend="remind")
    if not found.email and not found.waiting_email:
        sentence = _("Konto nie ma adresu e-mail: zapomniane hasło można odzyskać tylko w biurze.")
        yield Obstacle("no_email", sentence, stops=False, see="contact")


def _letters(found: AccountState) -> Iterable[Obstacle]:
    for lost in found.lost:
        if lost.state == "skipped" and lost.letter not in ("activation", "password_reset"):
            continue
        sentence = _(
            "Wiadomość „%(label)s” nie dotarła na %(address)s: %(reason)s.",
            label=lost.label,
            address=lost.address or "–",
            reason=lost.reason.rstrip("."),
        )
        again = "link" if lost.letter in ("activation", "password_reset") and found.status == "active" else None
        yield Obstacle("letter", sentence, stops=False, mend=again, see=None if again else "contact")


def _closed(found: AccountState) -> str:
    when = f"{local(found.closed_at):%d.%m.%Y}" if found.closed_at else "–"
    if found.closed_reason:
        reason = found.closed_reason.rstrip(".")
        return _("Konto zamknięto %(when)s. Powód: %(reason)s.", when=when, reason=reason)
    return _("Konto zamknięto %(when)s.", when=when)
