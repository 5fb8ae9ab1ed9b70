"""Policy of mailouts: what may be said and by which channels, when, and which personal words a text may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from app.core.clock import WARSAW, local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

SUBJECT_LENGTH = 200
BODY_LENGTH = 50_000
SMS_LENGTH = 670
MOST_DAYS = 365  # so far ahead a mailout may be scheduled
# The only names that a text may hold in braces; they are replaced literally, for each recipient.
FIELDS: dict[str, Any] = {
    "imię": _l("imię"),
    "nazwisko": _l("nazwisko lub nazwa firmy"),
    "lokal": _l("adres lokalu"),
    "rachunek": _l("rachunek do wpłat"),
    "saldo": _l("saldo na dziś"),
    "zaległość": _l("kwota po terminie"),
    "opłata": _l("miesięczna opłata"),
}
MONEY_FIELDS = frozenset({"saldo", "zaległość", "opłata"})
LETTER_NONE, LETTER_UNREACHABLE, LETTER_EVERYONE = "none", "unreachable", "everyone"
LETTERS: dict[str, Any] = {
    LETTER_NONE: _l("Bez listów"),
    LETTER_UNREACHABLE: _l("List do osób, do których nie dotrze e-mail"),
    LETTER_EVERYONE: _l("List do wszystkich"),
}
DRAFT, WAITING, SCHEDULED, SENDING, PAUSED, CANCELLED = (
    "draft", "waiting", "scheduled", "sending", "paused", "cancelled",
)  # fmt: skip
#: A paper of one's own → the maker of the outbox that makes it, and what the file is called. Features above add theirs
#: by `personal.offer`.
PAPERS: dict[str, tuple[str, Any]] = {
    "charges": ("finances.charge_notice", _l("Zawiadomienie o wysokości opłat")),
    "balance": ("finances.balance_notice", _l("Zawiadomienie o saldzie")),
}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BRACES = re.compile(r"\{([^{}\n]{1,30})\}")


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways of a mailout. `letter` is one of `LETTERS`."""

    email: bool = True
    sms: bool = False
    letter: str = LETTER_NONE

    def as_json(self) -> dict[str, Any]:
        return {"email": self.email, "sms": self.sms, "letter": self.letter}

    @staticmethod
    def of(value: dict[str, Any]) -> Channels:
        """What `as_json` made."""
        return Channels(bool(value.get("email")), bool(value.get("sms")), value.get("letter", LETTER_NONE))

    @property
    def text(self) -> bool:
        """Whether subject and body are sent at all, or an SMS alone."""
        return self.email or self.letter != LETTER_NONE


@dataclass(frozen=True, slots=True)
class Order:
    """A mailout as somebody wants it. `audience` is JSON for `app.audience.rules.audience`, `papers` keys of `PAPERS`.

    `run_at` is when it is to begin, None at once. Who lacks a personal word or paper is left out with `skip_missing`;
    without it nothing is sent. `confirm` is the public id of the announcement that readers are asked to confirm.
    """

    subject: str
    body: str
    audience: Any = None
    channels: Channels = Channels()
    sms_text: str = ""
    important: bool = False
    run_at: datetime | None = None
    papers: tuple[str, ...] = ()
    skip_missing: bool = False
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class MailoutRules:
    """What the manager set. Hours (Europe/Warsaw, 0–23) in which nothing leaves, from and until; two equal
    ones are no quiet hours. Above `second_over` recipients another person must agree; 0 is never. `sms_grosze` is the
    price of one part of a text message, in grosze."""

    sms_from: int = 21
    sms_until: int = 7
    mail_from: int = 0
    mail_until: int = 0
    second_over: int = 0
    sms_grosze: int = 10


def checked_rules(value: MailoutRules) -> MailoutRules:
    """The same. Raises `Refused` with the field."""
    for field in ("sms_from", "sms_until", "mail_from", "mail_until"):
        if not 0 <= getattr(value, field) <= 23:
            raise Refused(_("Podaj godzinę od 0 do 23."), field=field)
    if not 0 <= value.second_over <= 1_000_000:
        raise Refused(_("Podaj liczbę osób; 0 oznacza, że nie trzeba drugiej osoby."), field="second_over")
    if not 0 <= value.sms_grosze <= 1_000:
        raise Refused(_("Podaj cenę od 0 do 10 zł."), field="sms_price")
    return value


def order(given: Order) -> Order:
    """An order in its normal form, but for the audience. Raises `Refused` with the field."""
    channels = given.channels
    if not (channels.email or channels.sms or channels.letter != LETTER_NONE):
        raise Refused(_("Wybierz przynajmniej jeden sposób wysyłki."), field="email")
    if channels.letter not in LETTERS:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="letter")
    unknown = [name for name in given.papers if name not in PAPERS]
    if unknown:
        raise Refused(_("Wybierz spośród podanych możliwości."), field="papers")
    return Order(
        subject=subject(given.subject if channels.text or given.subject.strip() else sms(given.sms_text)[:80]),
        body=body(given.body) if channels.text else _BODY_CONTROLS.sub("", given.body or "").strip()[:BODY_LENGTH],
        audience=given.audience,
        channels=channels,
        sms_text=sms(given.sms_text) if channels.sms else _BODY_CONTROLS.sub("", given.sms_text or "")[:SMS_LENGTH],
        important=given.important,
        run_at=given.run_at,
        papers=tuple(name for name in PAPERS if name in given.papers),
        skip_missing=given.skip_missing,
        confirm=given.confirm,
    )


def due(run_at: datetime | None, now: datetime) -> datetime | None:
    """When a mailout is to begin; None is at once. Raises `Refused` for a day that is too far."""
    if run_at is None or run_at <= now:
        return None
    if run_at > now + timedelta(days=MOST_DAYS):
        raise Refused(_("Wybierz dzień w ciągu najbliższego roku."), field="run_on")
    return run_at


def quiet_end(now: datetime, begins: int, ends: int) -> datetime | None:
    """The end of the quiet hours in which a moment lies; None when it lies in none.

    >>> from datetime import datetime, UTC
    >>> quiet_end(datetime(2026, 1, 5, 22, tzinfo=UTC), 21, 7).hour
    6
    """
    if begins == ends:
        return None
    here = local(now)
    quiet = begins <= here.hour < ends if begins < ends else here.hour >= begins or here.hour < ends
    if not quiet:
        return None
    day = here.date() + timedelta(days=1 if here.hour >= ends else 0)
    return datetime.combine(day, time(ends), WARSAW).astimezone(now.tzinfo)


def quiet_begin(now: datetime, begins: int, ends: int) -> datetime | None:
    """When quiet hours begin next, after this moment; None where there are none.

    >>> from datetime import datetime, UTC
    >>> quiet_begin(datetime(2026, 1, 5, 22, tzinfo=UTC), 21, 7).hour
    20
    """
    if begins == ends:
        return None
    here = local(now)
    day = here.date() + timedelta(days=1 if here.hour >= begins else 0)
    return datetime.combine(day, time(begins), WARSAW).astimezone(now.tzinfo)


def subject(text: str | None) -> str:
    """The subject as it will be sent. Raises `Refused` when empty, too long, or more than one line."""
    line = (text or "").strip()
    if not line:
        raise Refused(_("Podaj temat."), field="subject")
    if _CONTROLS.search(line):
        raise Refused(_("Temat musi być jednym wierszem bez znaków sterujących."), field="subject")
    if len(line) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return line


def body(text: str | None) -> str:
    """The text as it will be sent, with `\\n` line ends. Raises `Refused` when empty or too long."""
    clean = _BODY_CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field="body")
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return clean


def cause(public_id: str) -> str:
    """The cause that a mailout's letters carry in the outbox."""
    return f"mailout:{public_id}"


def sms(text: str | None) -> str:
    """A text message as it will be sent, in one line. Raises `Refused` when empty or too long."""
    clean = " ".join(_BODY_CONTROLS.sub("", text or "").split())
    if not clean:
        raise Refused(_("Wpisz treść SMS-a."), field="sms_text")
    if len(clean) > SMS_LENGTH:
        raise Refused(_("SMS może mieć najwyżej %(most)d znaków.", most=SMS_LENGTH), field="sms_text")
    return clean


def fields_in(texts: Iterable[str]) -> list[str]:
    """The `FIELDS` that stand in these texts."""
    whole = "\n".join(texts)
    return [name for name in FIELDS if "{" + name + "}" in whole]


def unknown_fields(texts: Iterable[str]) -> list[str]:
    """Words in braces that mean nothing, and would be sent as they are: perhaps slips of the pen."""
    found = _BRACES.findall("\n".join(texts))
    return [name for name in dict.fromkeys(found) if name not in FIELDS]


def stage_label(stage: str) -> tuple[str, str]:
    """(words, kind of chip) for a stage of a mailout."""
    return {
        DRAFT: (_("szkic"), ""),
        WAITING: (_("czeka na drugą osobę"), "warn"),
        SCHEDULED: (_("zaplanowana"), "busy"),
        SENDING: (_("w toku"), "busy"),
        PAUSED: (_("wstrzymana"), "warn"),
        CANCELLED: (_("przerwana"), "bad"),
        "done": (_("zakończona"), "good"),
    }[stage]
