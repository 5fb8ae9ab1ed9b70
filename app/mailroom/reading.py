"""A letter as it came over the wire, read without trusting it: headers, the text that a person wrote, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from itertools import islice

from app.core.errors import Refused
from app.core.language import gettext as _
from app.mailroom.charsets import decoded
from app.mailroom.markup import plain_text

LARGEST = 25 << 20  # bytes of a whole letter, attachments as base64 included
TITLE_LENGTH = 300
TEXT_BYTES = 1 << 20  # more than this of one part is no letter that a person wrote
MOST_LETTERS = 100_000  # of all that a letter says; the rest is nothing that anybody would read
MOST_PARTS = 100
HEADER_LENGTH, MOST_HEADERS = 10_000, 100  # of one value, and of values of one name: all that is looked at
DECORATION_BYTES = 20_000  # a picture inside the text that is smaller is a logo of a signature
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,190}")
# What no letter of a person or a mail server has, and what takes the `email` package minutes or hours to read.
MOST_LINES, MOST_DIVISIONS = 800_000, 1_000
_LONG_HEADER = re.compile(
    rb"(?:\A|[\r\n])content-[a-z-]{1,40}[ \t]*:(?:[^\r\n]|\r?\n[ \t]|\r[ \t]){4000}", re.IGNORECASE
)
_BOUNDARY = re.compile(rb"boundary\s*\*?[0-9]*\*?=", re.IGNORECASE)
_SIGNATURES = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys",
    "application/applefile", "text/calendar", "text/x-vcard", "text/vcard",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file in a letter as it came: nothing about it has been checked."""

    name: str
    content: bytes = field(repr=False)


def opened(raw: bytes) -> Message:
    """The letter as the `email` package reads it. Raises `Refused` when it is too large, or no letter at all."""
    if len(raw) > LARGEST:
        raise Refused(_("List jest za duży: najwyżej %(most)d MB.", most=LARGEST >> 20))
    if _is_bomb(raw):
        raise Refused(_("Listu nie da się odczytać."))
    try:
        message: Message = message_from_bytes(raw, policy=policy.compat32)
    except (RecursionError, ValueError, LookupError) as error:
        raise Refused(_("Listu nie da się odczytać.")) from error
    if not message.keys():
        raise Refused(_("To nie jest list: nie ma nagłówków."))
    return message


def _is_bomb(raw: bytes) -> bool:
    # Each nested part makes the reading of every line dearer, and no person's letter has so many.
    return (
        sum(1 for _found in _BOUNDARY.finditer(raw)) > MOST_PARTS
        or max(raw.count(b"\n"), raw.count(b"\r")) > MOST_LINES
        or raw.count(b"\n--") + raw.count(b"\r--") > MOST_DIVISIONS
        or _LONG_HEADER.search(raw) is not None
    )


def headers(message: Message, name: str) -> list[str]:
    """The values of a header as they stand, octets beyond ASCII as text, folded lines as one."""
    found = (str(value)[:HEADER_LENGTH] for key, value in message.raw_items() if key.lower() == name.lower())
    return [
        _one_line(decoded(value.encode("utf-8", "surrogateescape"))) for value in islice(found, MOST_HEADERS)
    ]  # fmt: skip


def header(message: Message, name: str) -> str:
    """The first value of a header, or nothing."""
    return next(iter(headers(message, name)), "")


def words(value: str) -> str:
    """A header's value for people: encoded words (RFC 2047) as text, on one line."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return _one_line(value)
    text = "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)
    return _one_line(text)


def title(message: Message) -> str:
    return words(header(message, "Subject"))[:TITLE_LENGTH]


def addressed(values: list[str]) -> list[tuple[str, str]]:
    """(name, address) of each in headers such as To; none when they cannot be read."""
    try:
        return getaddresses(values)
    except (RecursionError, ValueError, IndexError):
        return []


def sender(message: Message) -> tuple[str, str]:
    """(address in lower case, name) of From; no address when there is not exactly one."""
    found = headers(message, "From")
    people = addressed(found) if len(found) == 1 else []
    if len(people) != 1:
        return "", ""
    name, address = people[0]
    return (address.lower() if _ADDRESS.fullmatch(address) else ""), words(name)[:100]


def text(message: Message) -> str:
    """What the letter says, as plain text with `\\n` line ends; of two renderings the plain one."""
    pieces: list[str] = []
    for part in _chosen(message):
        if sum(map(len, pieces)) < MOST_LETTERS and (piece := _words_of(part).strip()):
            pieces.append(piece)
    whole = "\n\n".join(pieces)[:MOST_LETTERS]
    return _BODY_CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def enclosures(message: Message) -> list[Enclosure]:
    """The files of a letter; signatures, cards, and small pictures inside the text are none."""
    chosen = {id(part) for part in _chosen(message)}
    found = []
    for part, inside in _leaves(message):
        kind = part.get_content_type()
        if id(part) in chosen or kind in _SIGNATURES or (kind.startswith("text/") and not _is_file(part)):
            continue
        content = _octets(part)
        decoration = inside == "multipart/related" and part.get("Content-ID") and len(content) < DECORATION_BYTES
        if content and not (decoration and kind.startswith("image/")):
            found.append(Enclosure(_name(part), content))
    return found


def _chosen(part: Message) -> Iterator[Message]:
    """The parts that hold what the letter says."""
    kind = part.get_content_type()
    if part.is_multipart():
        inner = _inner(part)
        if kind == "multipart/alternative":
            ranked = [list(_chosen(each)) for each in inner]
            plain = [found for found in ranked if any(_is_plain(each) and _words_of(each).strip() for each in found)]
            yield from (plain or [found for found in ranked if found] or [[]])[0]
        elif kind != "message/rfc822":
            for each in inner:
                yield from _chosen(each)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        yield part


def _leaves(part: Message, inside: str = "") -> Iterator[tuple[Message, str]]:
    """Parts that hold something, with the kind of what they lie in; a letter inside a letter is not gone into."""
    if not part.is_multipart():
        yield part, inside
    elif part.get_content_type() != "message/rfc822":
        for each in _inner(part):
            yield from _leaves(each, part.get_content_type())


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _is_plain(part: Message) -> bool:
    return part.get_content_type() == "text/plain"


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_given_name(part))


def _words_of(part: Message) -> str:
    octets = _octets(part)[:TEXT_BYTES]
    found = decoded(octets, _parameter(part, "charset"))
    if not _is_plain(part):
        return plain_text(found)
    if _parameter(part, "format").lower() == "flowed":
        return _unfolded(found, delsp=_parameter(part, "delsp").lower() == "yes")
    return found


def _unfolded(found: str, *, delsp: bool) -> str:
    """Lines that were broken for the way, whole again (RFC 3676)."""
    lines: list[str] = []
    flows = False
    for line in found.replace("\r\n", "\n").split("\n"):
        quoted = line.startswith(">")
        stuffed = line[1:] if line.startswith(" ") else line
        if flows and not quoted and stuffed != "-- ":
            lines[-1] += stuffed
        else:
            lines.append(line if quoted else stuffed)
        flows = not quoted and stuffed.endswith(" ") and stuffed != "-- "
        if flows and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _octets(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _parameter(part: Message, name: str) -> str:
    found = part.get_param(name)
    return found if isinstance(found, str) else found[2] if isinstance(found, tuple) else ""


def _given_name(part: Message) -> str:
    try:
        return words((part.get_filename() or "")[:HEADER_LENGTH])
    except (ValueError, LookupError, TypeError):
        return ""


def _name(part: Message) -> str:
    ending = part.get_content_subtype() if part.get_content_maintype() in ("image", "application") else "txt"
    return _given_name(part)[:200] or f"plik.{ending}"


def _one_line(value: str) -> str:
    return _CONTROLS.sub(" ", re.sub(r"\r?\n[ \t]?", " ", value)).strip()
