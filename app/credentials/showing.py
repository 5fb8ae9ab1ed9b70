"""How credentials read on a page: ways, channels, and what became of each letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.phones import readable_phone
from app.credentials import rules
from app.credentials.commands import Issued
from app.credentials.queries import Issue
from app.credentials.recipients import Recipient
from app.gateways import gsm
from app.outbox.tracking import Sent

CHANNELS: dict[str, Any] = {"email": _l("E-mail"), "sms": _l("SMS")}


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel of an issue: `kind` is the colour of its chip."""

    label: str
    target: str
    state: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue as a table shows it."""

    issue: Issue
    way: str
    state: str
    kind: str
    channels: tuple[ChannelRow, ...]


def way(name: str, recipient: Recipient) -> str:
    """A way with where it would go."""
    reach = recipient.reach
    email, phone, postal = reach.email, readable_phone(reach.phone), reach.postal
    if name == rules.TWO_CHANNELS:
        return _("Login na adres %(email)s, hasło startowe SMS-em na numer %(phone)s", email=email, phone=phone)
    if name == rules.LINK:
        return _("Link do ustawienia hasła na adres %(email)s", email=email)
    if name == rules.LETTER:
        there = ", ".join(postal) or _("do wręczenia w biurze")
        return _("List z jednorazowym kodem: %(place)s", place=there)
    return _("Pokaż login i hasło startowe na ekranie – osoba stoi przy okienku")


def done(issued: Issued) -> str:
    """What happens now, as a sentence."""
    if issued.way == rules.TWO_CHANNELS:
        return _("Login wysyłamy e-mailem, a hasło startowe SMS-em. Poniżej zobaczysz, czy oba dotarły.")
    if issued.way == rules.LINK:
        return _("Link do ustawienia hasła wysyłamy na adres %(email)s.", email=issued.email)
    return _("List jest gotowy. Pobierz go i wydrukuj.")


def issue(one: Issue) -> IssueRow:
    """An issue with its state in words."""
    if one.ended:
        state, kind = _("zastąpione nowszymi"), ""
    elif one.expired:
        state, kind = _("termin minął"), "warn"
    elif any(letter.state in ("failed", "skipped", "held", "bounced") for letter in one.letters):
        state, kind = _("nie dotarło"), "bad"
    elif any(letter.state != "sent" for letter in one.letters):
        state, kind = _("w drodze"), ""
    elif one.paper and one.printed_at is None:
        state, kind = _("do wydrukowania"), "warn"
    else:
        state, kind = _("wydane"), "good"
    return IssueRow(one, str(rules.LABELS[one.way]), state, kind, tuple(_channel(letter) for letter in one.letters))


def _channel(letter: Sent) -> ChannelRow:
    target = letter.address or _("brak")
    if letter.channel == "sms" and letter.address:
        target = gsm.masked(letter.address)
    label, reason = str(CHANNELS[letter.channel]), rules.told(letter.reason)
    if letter.state == "sent":
        when = f"{local(letter.sent_at):%d.%m.%Y, %H:%M}" if letter.sent_at else ""
        return ChannelRow(label, target, _("wysłano"), "good", when)
    if letter.state in ("queued", "sending"):
        retry = _("Próbujemy dalej. Ostatnia odpowiedź: %(reason)s", reason=reason) if reason else ""
        return ChannelRow(label, target, _("jeszcze nie wysłano"), "warn", retry)
    if letter.state == "held":
        return ChannelRow(label, target, _("nie wiadomo, czy dotarło"), "warn", reason)
    if letter.state == "bounced":
        return ChannelRow(label, target, _("wróciło"), "bad", reason)
    return ChannelRow(label, target, _("nie wysłano"), "bad", reason)
