"""Policy of the outbox: how long to try, what people's text may become, why a letter is not sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from app.core.language import lazy_gettext as _l
from app.gateways.mail import TOTAL_SECONDS

LEASE_SECONDS = 3 * TOTAL_SECONDS  # a lease shorter than the server's patience makes doubles without any crash
TURN_SECONDS = 2.0
HELPED_SECONDS = 10.0  # with helpers, which take some time to start
# The server's “not now” to one letter: twelve tries over a day, then it has failed.
DEFERRALS = (60, 300, 900, 1800, 3600, 7200, 14400, 14400, 14400, 14400, 14400)
DOWN_SECONDS = 10.0  # a lane rests so long when the server does not answer at all
LONGEST_PAUSE = 300.0
MOST_ATTACHMENTS = 10
# What may leave in a day of a trial beside ordinary letters: letters and text messages that let people in, other texts.
TRIAL_ACCESS = 500
TRIAL_CODES = 100
TRIAL_TEXTS = 20
# Bytes of all files of one letter. A message is a third larger than its files, and most servers take 25 MB.
LARGEST_ATTACHMENTS = 18 << 20

# What a row's `reason` says in these cases; server's sentences stand there as they came.
NO_ADDRESS = "no_address"
BAD_ADDRESS = "bad_address"
DECLINED = "declined"
UNKNOWN_OUTCOME = "unknown_outcome"
UNREADABLE = "unreadable"
RESTORED = "restored"
NO_NUMBER = "no_number"
BAD_NUMBER = "bad_number"
NOT_MOBILE = "not_mobile"
NO_GATEWAY = "no_gateway"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"
MISSING = "missing"
CANCELLED = "cancelled"
DEAD_ADDRESS = "dead_address"
NO_PLACE = "no_place"
NO_FILE = "no_file"
TOO_LARGE = "too_large"
BY_LETTER = "by_letter"
TRIAL_WAITS = "trial_waits"
REASONS: dict[str, Any] = {
    TRIAL_WAITS: _l("Czeka na następny dzień, bo w okresie próbnym liczba wiadomości dziennie jest ograniczona"),
    BY_LETTER: _l("Potwierdzono linkiem z e-maila"),
    DEAD_ADDRESS: _l("Wcześniejsze wiadomości na ten adres wracały, więc nic na niego nie wysyłamy"),
    NO_PLACE: _l("Brak adresu, na który można wysłać list"),
    NO_FILE: _l("Nie ma już pliku, który miał być załącznikiem"),
    TOO_LARGE: _l("Załączniki są za duże: razem mogą mieć najwyżej 18 MB i 10 plików"),
    NO_ADDRESS: _l("Brak adresu e-mail"),
    NO_GATEWAY: _l("Portal nie ma jeszcze bramki SMS"),
    BAD_ADDRESS: _l("Niepoprawny adres e-mail"),
    DECLINED: _l("Odbiorca zrezygnował z takich wiadomości"),
    UNKNOWN_OUTCOME: _l("Nie wiadomo, czy serwer przyjął wiadomość; zawiera ona sekret, więc nie wysłano jej ponownie"),
    UNREADABLE: _l("Nie udało się przygotować wiadomości"),
    NO_NUMBER: _l("Brak numeru telefonu"),
    BAD_NUMBER: _l("Niepoprawny numer telefonu"),
    NOT_MOBILE: _l("To numer stacjonarny: nie przyjmuje SMS-ów"),
    EXPIRED: _l("Nie udało się wysłać, zanim minął termin ważności"),
    MISSING: _l("Brakuje danych, które miały się znaleźć w treści lub w załączniku"),
    CANCELLED: _l("Wysyłkę przerwano"),
    WITHDRAWN: _l("Nie wysłano, bo wydano nowe dane do logowania"),
    RESTORED: _l("Po przywróceniu z archiwum nie wysłano, żeby nikt nie dostał tego samego listu dwa razy"),
}

# What a server says of an address that will never take anything (RFC 3463), and the same in words where it gives no
# such code. Anything else (a full mailbox, a filter) may pass.
FATAL = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_NOBODY = re.compile(
    r"(?i)(user|recipient|mailbox|address|account|użytkownik|skrzynka|adres)\W.{0,40}?(unknown|not found|disabled|"
    r"does ?n[o']t exist|no longer|nie istnieje|nieznany|rejected: unknown)|(no such|unknown) (user|mailbox|recipient)"
)
MOST_BOUNCES = 3  # of any kind, each within the days below after the one before
BOUNCES_DAYS = 45

_LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_LINK_END = ".,;:!?)]}”’"


def deferral(times: int) -> int | None:
    """Seconds until the next try after `times` refusals “for now”; None when it has been tried for a day."""
    return DEFERRALS[times] if times < len(DEFERRALS) else None


def pause(attempts: int) -> float:
    """Seconds for which a row stands back after the server broke off.

    It must not stay first in the lane: perhaps it is this very letter that the server cannot stand.
    """
    return float(min(5 * 2 ** min(max(0, attempts - 1), 10), LONGEST_PAUSE))


def status_code(sentence: str) -> str | None:
    """The status code (RFC 3463, as 5.1.1) in a server's sentence."""
    found = _CODE.search(sentence)
    return found[1] if found else None


def is_fatal(sentence: str, code: str | None = None) -> bool:
    """Whether a refusal says that the address takes nothing, ever. `code` is one that was given beside it."""
    known = code or status_code(sentence)
    if known is not None and known != "5.0.0":
        return known in FATAL
    return sentence[:1] == "5" and bool(_NOBODY.search(sentence))


def outdated(expires_at: str | None, now: datetime) -> bool:
    """Whether what a letter hands out has run out before the letter left; None never does."""
    return expires_at is not None and datetime.fromisoformat(expires_at) <= now


def told(reason: str | None) -> str:
    """A row's reason as a sentence."""
    return str(REASONS.get(reason or "", reason or ""))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with `{name}` replaced by `values["name"]`, literally and once; other braces stay as they are."""
    if not values or "{" not in text:
        return text
    pattern = re.compile("|".join(re.escape("{" + name + "}") for name in values))
    return pattern.sub(lambda found: values[found[0][1:-1]], text)


def as_html(text: str) -> Markup:
    """Plain text as paragraphs; addresses of pages become links, everything else is escaped."""
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines(paragraph)) for paragraph in paragraphs)


def _lines(paragraph: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> Markup:
    pieces: list[Any] = []
    end = 0
    for found in _LINK.finditer(line):
        url = found[0].rstrip(_LINK_END)
        pieces += [escape(line[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(url)]
        end = found.start() + len(url)
    pieces.append(escape(line[end:]))
    return Markup("").join(pieces)
