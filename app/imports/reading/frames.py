"""What the child says to its parent: a stream of frames over a pipe.

A frame is its kind (one byte), the number of rows read so far, the part of the whole package read so far and the
length of its body, then the body: JSON, or a block of COPY text.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

HEAD = struct.Struct("!cIII")
#: In how many parts a package is divided to say how far it is read.
PARTS = 1_000_000
#: A body is never longer: a head that says so is not ours.
LONGEST = 1024 * 1024 * 1024

#: A sheet begins: {"sheet"}.
BEGIN = b"S"
#: COPY text of some rows.
BLOCK = b"B"
#: Findings noted since the last such frame: a list.
NOTES = b"N"
#: A sheet is done: what `SheetFile` holds.
END = b"E"
#: The first rows of a tab or a file, nobody having said yet what they are: what `looking.Tab` holds.
LOOK = b"L"
#: Everything is done: {"errors", "warnings"}.
DONE = b"Z"


def write(out: BinaryIO, kind: bytes, body: bytes, rows: int = 0, share: float = 0.0) -> None:
    out.write(HEAD.pack(kind, rows, round(min(1.0, max(0.0, share)) * PARTS), len(body)))
    out.write(body)


def write_json(out: BinaryIO, kind: bytes, said: Any, rows: int = 0) -> None:
    write(out, kind, json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"), rows)


def read(take: Callable[[int], bytes]) -> tuple[bytes, int, float, bytes]:
    """The next frame: kind, rows, share (0 to 1), body. `take(n)` gives exactly n bytes or raises EOFError."""
    kind, rows, parts, length = HEAD.unpack(take(HEAD.size))
    if length > LONGEST:
        raise EOFError
    return kind, rows, parts / PARTS, take(length)
