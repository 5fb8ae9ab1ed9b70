"""Files of readings in the form of the sheet `readings`: read by whoever knows the exchange package.

That knowledge lies above meters, so it registers here: `files.install(reader)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file; `row` is the number that a spreadsheet shows (header = 1)."""

    row: int
    serial: str
    read_on: date
    value: Decimal
    source: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, in a sentence; `row` is None for the whole of it."""

    row: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file says; with any fault nothing of it counts."""

    rows: tuple[FileRow, ...]
    faults: tuple[Fault, ...]


Reader = Callable[[str, bytes], ReadFile]
_readers: list[Reader] = []


def install(reader: Reader) -> None:
    """Say who reads files: `reader(name, content)`."""
    _readers[:] = [reader]


def read(name: str, content: bytes) -> ReadFile:
    """Read a file that came under a name."""
    return _readers[0](name, content)
