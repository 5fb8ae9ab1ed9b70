"""Which encoding a CSV file is in. Nothing in the file says it, and every code page decodes anything."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import BinaryIO

from app.imports.reading.findings import Refused

CHUNK = 1024 * 1024
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: In this order where nothing tells them apart.
CODE_PAGES = ("cp1250", "iso8859_2", "cp852")
NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16",
    "cp1250": "CP1250", "iso8859_2": "ISO-8859-2", "cp852": "CP852",
}  # fmt: skip
POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
#: Signs of ordinary printing, as good in one code page as in another.
NEUTRAL = frozenset("\xa0§°„”“’‘–—…«»·•×´\xad€")
ASCII = bytes(range(128))
#: `kĄt` and `KąT`: CP852 writes ą with the byte that is Ą in CP1250.
ODD_CASE = re.compile("[a-ząćęłńóśźż][ĄĆĘŁŃÓŚŹŻ]|[A-ZĄĆĘŁŃÓŚŹŻ](?:[ĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]|[ąćęłńóśźż][A-ZĄĆĘŁŃÓŚŹŻ])")
SAMPLE = 64 * 1024
#: Polish letters as UTF-8 writes them: never a pair in Polish text of a code page.
UTF8_LETTERS = re.compile(rb"\xc4[\x84-\x87\x98\x99]|\xc5[\x81-\x84\x9a\x9b\xb9-\xbc]|\xc3[\x93\xb3]")


def detect(file: BinaryIO, called: str, line_limit: int) -> str:
    """The codec of a CSV file, read to its end once with flat memory.

    A byte order mark decides; then strict UTF-8; then the code page that makes most Polish letters, and
    of equals the one that keeps words in one case.
    Raises Refused if it is not text, mixes encodings or has a line longer than `line_limit` bytes.
    """
    head = file.read(CHUNK)
    for mark, codec in BOMS:
        if head.startswith(mark):
            return codec
    # A stray NUL spoils a cell; a twentieth of them is UTF-16 without a mark, or no text at all.
    if head.count(0, 0, 4096) * 20 > len(head[:4096]):
        raise Refused("not-text", sheet=called)
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    high: Counter[int] = Counter()
    lines, mixed_line, unbroken = 0, 0, 0
    chunk = head
    while chunk:
        unbroken = _unbroken(chunk, unbroken, line_limit)
        if unbroken < 0:
            raise Refused("line-too-long", sheet=called, row=lines + 1, limit=line_limit // 1024)
        if not chunk.isascii():
            utf8 = utf8 and _still(utf8, chunk)
            high.update(chunk.translate(None, ASCII))
            found = UTF8_LETTERS.search(chunk)
            if found and not mixed_line:
                mixed_line = lines + chunk.count(b"\n", 0, found.start()) + 1
        lines += chunk.count(b"\n")
        chunk = file.read(CHUNK)
    if utf8 and _finished(utf8):
        return "utf-8"
    if mixed_line:
        raise Refused("encoding-mixed", sheet=called, row=mixed_line)
    return max(CODE_PAGES, key=lambda page: (_polishness(high, page), -_odd_cases(head, page)))


def _unbroken(chunk: bytes, carried: int, limit: int) -> int:
    """Length of the line that is open at the end of `chunk`; -1 when one is longer than `limit`."""
    newline = b"\n" if b"\n" in chunk else b"\r"
    first, last = chunk.find(newline), chunk.rfind(newline)
    if first < 0:
        carried += len(chunk)
        first = 0
    else:
        first, carried = first + carried, len(chunk) - last - 1
    return -1 if max(first, carried) > limit else carried


def _still(decoder: codecs.IncrementalDecoder, chunk: bytes) -> codecs.IncrementalDecoder | None:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return None
    return decoder


def _finished(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _odd_cases(head: bytes, page: str) -> int:
    """How often a letter of the wrong case stands inside a word near the beginning of the file."""
    return len(ODD_CASE.findall(head[:SAMPLE].decode(page, "replace")))


def _polishness(high: Counter[int], page: str) -> int:
    score = 0
    for byte, times in high.items():
        sign = bytes([byte]).decode(page, "replace")
        if sign in POLISH:
            score += times
        elif sign not in NEUTRAL:
            score -= times if sign.isprintable() else 10 * times
    return score
