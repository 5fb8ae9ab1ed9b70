"""The code against robots: a number said in words, to be typed in digits. Nobody else is asked, nothing is drawn.

What a form must be answered with travels sealed in the form itself, for one form of one manager, or of the platform's
own pages, and for two hours.
A wrong answer spends it, and so does the form that was taken: its number is the application's `form_key`.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core import throttle
from app.core.clock import now
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.core.runtime import settings
from tenants.bound import current, is_bound

LENGTH = 4
LIFE = timedelta(hours=2)
FASTEST = timedelta(seconds=2)
WORDS = (
    _l("zero"), _l("jeden"), _l("dwa"), _l("trzy"), _l("cztery"),
    _l("pięć"), _l("sześć"), _l("siedem"), _l("osiem"), _l("dziewięć"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One question: the digits to type, the number of the form, when it was shown."""

    digits: str
    key: str
    shown_at: datetime

    @property
    def words(self) -> str:
        """`trzy, siedem, zero, dwa` in the language of the page."""
        return ", ".join(str(WORDS[int(digit)]) for digit in self.digits)


def new_code(at: datetime | None = None) -> Code:
    return Code("".join(secrets.choice("0123456789") for _ in range(LENGTH)), new_public_id(), at or now())


def sealed(code: Code, form: str) -> str:
    """The question as the form carries it."""
    content = [_place(), form, code.digits, code.key, code.shown_at.timestamp()]
    return _box().encrypt(json.dumps(content).encode()).decode()


def opened(text: str, form: str) -> Code | None:
    """The question that a form carried; None for one of another form or manager, an old or an invented one."""
    if len(text) > 1000:
        return None
    try:
        tenant_id, name, digits, key, at = json.loads(_box().decrypt(text.encode("utf-8", "replace")))
    except (InvalidToken, ValueError):
        return None
    code = Code(digits, key, datetime.fromtimestamp(at, tz=now().tzinfo))
    if (tenant_id, name) != (_place(), form) or now() - code.shown_at > LIFE:
        return None
    return code


def spent(code: Code) -> bool:
    """Whether a wrong answer has been given to this question."""
    return throttle.wait({_key(code): 1}, int(LIFE.total_seconds())) > 0


def spend(code: Code) -> bool:
    """Take the question's power away; False when that had been done."""
    return throttle.count(_key(code), int(LIFE.total_seconds())) == 1


def too_fast(code: Code) -> bool:
    """Whether nobody could have read and filled in the form in this time."""
    return now() - code.shown_at < FASTEST


def answers(typed: str, code: Code) -> bool:
    """Whether this is the code; spaces, commas and the shape of digits do not matter."""
    return digits_of(typed) == code.digits


def digits_of(typed: str) -> str:
    """The digits that somebody typed, as `0` to `9`; empty when there is anything else but separators."""
    found = []
    for sign in unicodedata.normalize("NFKC", typed[:100]):
        value = unicodedata.decimal(sign, None)
        if value is not None:
            found.append(str(value))
        elif not (sign.isspace() or sign in ",.-"):
            return ""
    return "".join(found)


def _key(code: Code) -> str:
    return f"robots:{_place()}:{code.key}"


def _place() -> int:
    """The manager whose form this is; 0 is the platform."""
    return current().id if is_bound() else 0


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings().field_keys()])
