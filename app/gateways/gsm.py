"""What a text message (SMS) costs and where it can go: alphabets, segments, numbers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

HOME = "PL"
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_PLAIN = {
    ord(sign): plain
    for sign, plain in {
        "ł": "l", "Ł": "L", "„": '"', "”": '"', "“": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "`": "'",
        "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "\u00a0": " ", "\u202f": " ", "№": "nr",
        "đ": "d", "Đ": "D", "²": "2", "³": "3", "×": "x",
    }.items()
}  # fmt: skip
_SENDS_TO = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class Size:
    """How long a message is: `signs` as the network counts them, and the segments that are paid for."""

    alphabet: str
    signs: int
    segments: int


def size(text: str) -> Size:
    """The size of a message: in GSM-7 if its alphabet has every sign, else in UCS-2."""
    if all(sign in _BASIC or sign in _EXTENDED for sign in text):
        costs = [2 if sign in _EXTENDED else 1 for sign in text]
        return Size("GSM-7", sum(costs), _segments(costs, 160, 153))
    costs = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
    return Size("UCS-2", sum(costs), _segments(costs, 70, 67))


def plain(text: str) -> str:
    """The text in letters that cost least: “ą” becomes “a”. What has no plain form, such as Cyrillic, stays.

    One sign outside the cheap alphabet makes the whole message dear, so such a text is left as it was.
    """
    bare = "".join(
        sign if sign in _BASIC else _bare(sign) for sign in unicodedata.normalize("NFC", text).translate(_PLAIN)
    )
    return bare if size(bare).alphabet == "GSM-7" else text


def e164(typed: str | None) -> str | None:
    """A number in its international form (`+48601234567`), Polish by default; None when it is none."""
    given = " ".join((typed or "").split())
    if not given or len(given) > 40:
        return None
    try:
        number = phonenumbers.parse(given, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_messages(number: str) -> bool:
    """Whether a number in E.164 can be sent messages: not one of a telephone that is tied to a wall."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in _SENDS_TO


def masked(number: str) -> str:
    """A number as it may be shown to those who need not know it: `+48 ••• ••• 567`."""
    return f"{number[:3]} ••• ••• {number[-3:]}" if len(number) > 8 else "•••"


def _bare(sign: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))


def _segments(costs: list[int], single: int, joined: int) -> int:
    """Segments of a message; a sign of two places is never cut in two."""
    if sum(costs) <= single:
        return 1
    count, used = 1, 0
    for cost in costs:
        if used + cost > joined:
            count, used = count + 1, 0
        used += cost
    return count
