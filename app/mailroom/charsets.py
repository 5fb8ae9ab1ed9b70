"""Octets of letters as text. What a letter says of its charset is often wrong, and must never stop it.

Polish letters written by Outlook come as CP1250 under the name of ISO-8859-2, or as UTF-8 under that of Latin-1.
"""

from __future__ import annotations

import codecs
import unicodedata
from contextlib import suppress

CENTRAL = ("cp1250", "iso8859-2", "cp852")
# Names under which Polish text travels that is something else. Any other declared charset is believed.
DOUBTED = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-8", *CENTRAL})
POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_NEUTRAL = frozenset("\xa0§°„”“’‘–—…«»•·€äöüßÄÖÜéáíčěřšůýÉÁÍČŠž")


def decoded(octets: bytes, charset: str | None = None) -> str:
    """The text, whatever `charset` says: always one, in Unicode's composed form, without NULs."""
    for mark, codec in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if octets.startswith(mark):
            return _plain(octets.removeprefix(codecs.BOM_UTF8).decode(codec, "replace"))
    said = _known(charset)
    if said is not None and said not in DOUBTED:
        with suppress(UnicodeError):
            return _plain(octets.decode(said, "replace"))
    if octets.isascii() and said != "utf-8":
        return _plain(octets.decode("ascii"))
    try:
        return _plain(octets.decode("utf-8"))
    except UnicodeDecodeError:
        pages = [said] if said in CENTRAL else []
        pages += [page for page in CENTRAL if page not in pages]
        return _plain(max((octets.decode(page, "replace") for page in pages), key=_polishness))


def _known(charset: str | None) -> str | None:
    """The codec's own name; None for what is no charset of text."""
    name = (charset or "").strip().strip("\"'").lower()
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # codecs that are not charsets, such as `zlib`, would unpack what a stranger sends
    is_charset = getattr(found, "_is_text_encoding", False) and "escape" not in found.name
    return found.name if is_charset else None


def _polishness(text: str) -> int:
    return sum(
        1 if sign in POLISH else 0 if sign in _NEUTRAL else -1
        for sign in text[:20_000]
        if not sign.isascii()
    )  # fmt: skip


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\0", ""))
