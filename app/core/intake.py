"""What else may be handed over where books are: features that read other files say so, and the door asks them.

`flask imports run`, and whatever else takes a file without knowing what it is, finds here who reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. `formats` are names by which people ask for it; `recognises(path, name)` looks.

    `run(actor, path, format, dry_run)` reads a file here and now in a unit of work of its own and returns the report
    as JSON, whose `status` is as of imports; `take(actor, source, name)` queues one and returns its public id.
    """

    name: str
    formats: tuple[str, ...]
    recognises: Callable[[Path, str], bool]
    run: Callable[[Actor, Path, str, bool], dict[str, Any]]
    take: Callable[[Actor, BinaryIO, str], str]


_readers: dict[str, Reader] = {}


def register(reader: Reader) -> None:
    _readers[reader.name] = reader


def reader_for(path: Path, name: str, asked: str = "auto") -> Reader | None:
    """Who reads the file; None for the books' own package. `asked` is a format or `auto`."""
    for reader in _readers.values():
        if asked in reader.formats or (asked == "auto" and path.is_file() and reader.recognises(path, name)):
            return reader
    return None
