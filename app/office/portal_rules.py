"""Groups of the manager's rules that belong to the office itself: letters, languages, the nightly hour, the menu."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from app.core.clock import WARSAW, local
from app.core.errors import Refused
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.office.rules import LOCALES, checked_email, without_controls
from app.web.menu import MOST_ITEMS

SENDER_LENGTH, SIGNATURE_LENGTH, NAME_LENGTH = 80, 600, 40
_SMS_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ._-]{1,9}[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Letters:
    """What stands on letters: name of the sender, address for answers, lines at the foot, sender of messages (SMS).

    Empty ones are the manager's own name and address; without `sms_sender` the gateway's own stands. `sms_plain` sends
    messages without Polish letters, which cost half.
    """

    sender_name: str = ""
    reply_to: str = ""
    signature: str = ""
    sms_sender: str = ""
    sms_plain: bool = True


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages that visitors may choose from. Polish is always one."""

    offered: tuple[str, ...] = LOCALES


@dataclass(frozen=True, slots=True)
class Nightly:
    """The hour (Europe/Warsaw, 0–23) about which the manager's data are renewed each day; None: not said."""

    hour: int | None = None


@dataclass(frozen=True, slots=True)
class MenuRules:
    """The residents' menu: modules in order, those switched off, own names by module.

    `announced` are modules that were switched on lately and told of on the first page until `announced_until`
    (ISO date, inclusive).
    """

    order: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    announced: tuple[str, ...] = ()
    announced_until: str = ""


def checked_letters(value: Letters) -> Letters:
    """The same in its normal form. Raises `Refused` with the field."""
    sender = _line(value.sender_name, "sender_name", SENDER_LENGTH)
    reply_to = _line(value.reply_to, "reply_to", 254)
    signature = without_controls(value.signature, "signature").strip()
    if len(signature) > SIGNATURE_LENGTH:
        raise _too_long("signature", SIGNATURE_LENGTH)
    sms = " ".join(value.sms_sender.split())
    if sms and not _SMS_SENDER.fullmatch(sms):
        raise Refused(
            _("Nadawca SMS ma od 3 do 11 znaków: litery bez polskich znaków, cyfry, spacja, kropka lub łącznik."),
            field="sms_sender",
        )
    return Letters(sender, checked_email(reply_to, "reply_to") if reply_to else "", signature, sms, value.sms_plain)


def checked_languages(offered: Iterable[str]) -> Languages:
    """The languages in our order, Polish among them. Raises `Refused` for one that there is not."""
    wanted = {DEFAULT, *offered}
    if wanted - set(LOCALES):
        raise Refused(_("Nie ma takiego języka."), field="offered")
    return Languages(tuple(code for code in LOCALES if code in wanted))


def checked_hour(text: str | None) -> Nightly:
    """The hour, or none. Raises `Refused`."""
    typed = (text or "").strip()
    if not typed:
        return Nightly()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 3 and int(typed) < 24):
        raise Refused(_("Podaj godzinę od 0 do 23."), field="hour")
    return Nightly(int(typed))


def next_nightly(moment: datetime, hour: int) -> datetime:
    """When the data are next renewed after a moment: aware, in UTC. Right also on days when clocks change."""
    day = local(moment).date()
    while True:
        found = datetime.combine(day, time(hour), WARSAW).astimezone(UTC)
        if found > moment:
            return found
        day += timedelta(days=1)


def checked_menu(
    known: Mapping[str, int], order: Iterable[str], off: Iterable[str], names: Mapping[str, str]
) -> MenuRules:
    """A menu of the known modules (by their places of before): the unnamed follow in their old order.

    Raises `Refused` for a menu without items or with more than residents can see.
    """
    first = [module for module in dict.fromkeys(order) if module in known]
    rest = sorted((module for module in known if module not in first), key=lambda module: known[module])
    gone = tuple(sorted(set(off) & set(known)))
    shown = len(known) - len(gone)
    if not shown:
        raise Refused(_("Zostaw w menu przynajmniej jedną pozycję."), field="menu")
    if shown > MOST_ITEMS:
        raise Refused(_("Menu może mieć najwyżej %(most)d pozycji. Wyłącz którąś.", most=MOST_ITEMS), field="menu")
    own = {}
    for module, name in names.items():
        line = _line(name, f"name_{module}", NAME_LENGTH)
        if module in known and line:
            own[module] = line
    return MenuRules(tuple(first + rest), gone, own)


def _line(text: str, field_name: str, most: int) -> str:
    line = " ".join(without_controls(text, field_name).split())
    if len(line) > most:
        raise _too_long(field_name, most)
    return line


def _too_long(field_name: str, most: int) -> Refused:
    return Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=most), field=field_name)
