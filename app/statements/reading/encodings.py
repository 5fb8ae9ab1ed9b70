"""Which encoding a bank file is in. Nothing in the file says it, and every code page decodes anything."""

from __future__ import annotations

import codecs
import re

from app.statements.reading.bookings import Unreadable

NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1250": "CP1250", "iso8859_2": "ISO-8859-2", "cp852": "CP852"}
#: In this order where nothing tells them apart.
CODE_PAGES = ("cp1250", "iso8859_2", "cp852")
POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
NEUTRAL = frozenset("\xa0§°„”“’–—…«»€")
#: PKO writes this byte into sub-fields that are empty.
EMPTY = b"\xff"
#: `kĄt` and `KąT`: CP852 writes ą with the byte that is Ą in CP1250.
_ODD_CASE = re.compile("[a-ząćęłńóśźż][ĄĆĘŁŃÓŚŹŻ]|[A-ZĄĆĘŁŃÓŚŹŻ][ąćęłńóśźż](?=[A-ZĄĆĘŁŃÓŚŹŻ])")
#: From so many signs on that are not Polish, text may be a code page that somebody saved as another.
_SUSPICIOUS = 3


def decoded(content: bytes, said: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding; `said` is a codec that a person chose. Raises Unreadable."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(content, "utf-16"), NAMES["utf-16"]
    if said:
        return _strictly(content.removeprefix(codecs.BOM_UTF8), said), NAMES[said]
    if content.count(0, 0, 4096) > 8:
        raise Unreadable("not-text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        plain = content.replace(EMPTY, b"")
        page = max(CODE_PAGES, key=lambda page: _score(plain.decode(page, "replace")))
        return content.decode(page, "replace"), NAMES[page]
    return _restored(text) or (text, NAMES["utf-8"])


def _strictly(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec, "strict" if codec.startswith("utf") else "replace")
    except UnicodeDecodeError:
        raise Unreadable("encoding", encoding=NAMES[codec]) from None


def _restored(text: str) -> tuple[str, str] | None:
    """CP852 that somebody opened as CP1250 and saved as UTF-8, as it was; None if the text is what it seems."""
    odd = [sign for sign in text if not sign.isascii() and sign not in NEUTRAL]
    if len(odd) < _SUSPICIOUS or sum(sign in POLISH for sign in odd) * 2 > len(odd):
        return None
    best: tuple[tuple[int, int], str, str] | None = None
    for wrong in ("cp1250", "iso8859_2", "cp1252"):
        raw = _bytes(text, wrong)
        for right in CODE_PAGES if raw is not None else ():
            assert raw is not None
            tried = raw.decode(right, "replace")
            if right != wrong and (best is None or _score(tried) > best[0]):
                best = (_score(tried), tried, NAMES[right])
    if best is None or best[0][0] * 2 < len(odd):
        return None
    return best[1], best[2]


def _bytes(text: str, page: str) -> bytes | None:
    """The text as it was before it was read as `page`; None if it cannot have been."""
    out = bytearray()
    for sign in text:
        try:
            out += sign.encode(page)
        except UnicodeEncodeError:
            if ord(sign) > 0xFF:
                return None
            out.append(ord(sign))
    return bytes(out)


def _score(text: str) -> tuple[int, int]:
    odd = (sign for sign in text if not sign.isascii() and sign not in NEUTRAL)
    return sum(1 if sign in POLISH else -1 for sign in odd), -len(_ODD_CASE.findall(text))
