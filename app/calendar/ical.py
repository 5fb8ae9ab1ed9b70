"""iCalendar (RFC 5545) of days without times: UTF-8, lines folded at 75 octets, text escaped, CRLF ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
FOLD = 75


@dataclass(frozen=True, slots=True)
class Entry:
    """A day in a calendar. `uid` stays the same for the same thing; `url` leads to where it is explained."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def written(name: str, entries: Iterable[Entry], stamp: datetime) -> bytes:
    """A calendar that its reader asks for again every twelve hours. `stamp` is when its data were made, aware."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Osiedle//Portal//PL",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "X-WR-TIMEZONE:Europe/Warsaw",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(entry: Entry, stamp: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(entry.uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",  # the end is not part of it (3.6.1)
        f"SUMMARY:{escaped(entry.summary)}",
    ]
    if entry.description:
        lines.append(f"DESCRIPTION:{escaped(entry.description)}")
    return [*lines, f"URL:{entry.url}", "CLASS:PRIVATE", "TRANSP:TRANSPARENT", "END:VEVENT"]


def escaped(text: str) -> str:
    """A value of type TEXT (3.3.11); control characters, which it may not hold, are left out."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A content line in pieces of at most 75 octets (3.1), none of which splits a character."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > FOLD:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
