"""The process that opens a package: `python -m app.imports.reading.child`, the request as JSON on stdin.

Request: {"path", "name", "mapping", "limits"}, or "first_rows" of each tab in place of the mapping; answer: frames
on stdout (see `frames`). It has little memory and little time, no environment, starts no program, opens no socket
and writes no file: whatever a file does to a parser ends here. Exit 3 means that the memory did not suffice; a
parser may also abort.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from app.imports.reading import frames
from app.imports.reading.findings import Notes, Refused
from app.imports.reading.limits import Limits
from app.imports.reading.looking import first_rows
from app.imports.reading.mapping import plan
from app.imports.reading.packages import Source, everything, sources
from app.imports.reading.rows import SheetReading

OUT_OF_MEMORY = 3
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


def confine(limits: Limits) -> None:
    """Give up what reading a file does not need. Holds for the rest of the process."""
    bounds = {
        resource.RLIMIT_AS: (limits.memory, limits.memory),
        resource.RLIMIT_CPU: (limits.cpu, limits.cpu + 5),
        resource.RLIMIT_CORE: (0, 0),
        # Standard error goes to a file of the parent; nothing else is written (hence python -B: a byte-code
        # file cut at the limit would break every later import of its module).
        resource.RLIMIT_FSIZE: (64 * 1024, 64 * 1024),
    }
    for what, bound in bounds.items():
        try:
            resource.setrlimit(what, bound)
        except (ValueError, OSError):
            # Some systems do not know a limit, or already hold a smaller one.
            continue
    sys.addaudithook(_forbid)


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"the reader of packages may not {event}")


def answer(request: dict[str, Any], limits: Limits, out: BinaryIO) -> None:
    """Read the package of `request` and write the frames."""
    notes = Notes(limits.findings)
    found: list[Source] = []
    said = plan(request["mapping"])
    try:
        found = sources(Path(request["path"]), request["name"], limits, notes, said)
    except Refused as refused:
        notes.refusal(refused)
    for source in found:
        _sheet(SheetReading(source, limits, said, notes), notes, out)
    _tell(notes, out)
    frames.write_json(out, frames.DONE, {"errors": notes.errors, "warnings": notes.warnings})


def look(request: dict[str, Any], limits: Limits, out: BinaryIO) -> None:
    """Write the first rows of every tab and file of the package, as they lie there."""
    notes = Notes(limits.findings)
    found: list[Source] = []
    try:
        found = everything(Path(request["path"]), request["name"], limits, notes)
    except Refused as refused:
        notes.refusal(refused)
    for source in found:
        try:
            frames.write_json(out, frames.LOOK, first_rows(source, limits, request["first_rows"]))
        except Refused as refused:
            refused.sheet = refused.sheet or source.called
            notes.refusal(refused)
    _tell(notes, out)
    frames.write_json(out, frames.DONE, {"errors": notes.errors, "warnings": notes.warnings})


def _sheet(reading: SheetReading, notes: Notes, out: BinaryIO) -> None:
    source = reading.source

    def put(block: bytes, rows: int) -> None:
        if notes.kept:
            _tell(notes, out)
        frames.write(out, frames.BLOCK, block, rows)

    whole = False
    try:
        if reading.begin():
            frames.write_json(out, frames.BEGIN, {"sheet": source.sheet.name})
            reading.run(put)
            whole = True
    except Refused as refused:
        refused.sheet = refused.sheet or source.called
        notes.refusal(refused)
    _tell(notes, out)
    header = reading.header
    file = {
        "sheet": source.sheet.name,
        "called": source.called,
        "file": source.file,
        "encoding": source.encoding,
        "separator": source.separator,
        "rows": reading.rows,
        "whole": whole,
        "headers": dict(header.written) if header else {},
        "ignored": list(header.ignored) if header else [],
    }
    frames.write_json(out, frames.END, file, reading.rows)
    out.flush()


def _tell(notes: Notes, out: BinaryIO) -> None:
    frames.write_json(out, frames.NOTES, notes.taken())


def main() -> int:
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    # What a library prints must not get between the frames.
    with os.fdopen(os.dup(1), "wb", buffering=256 * 1024) as out:
        os.dup2(2, 1)
        confine(limits)
        # Millions of short-lived rows and no cycles among them: looking for some costs a tenth of the time.
        gc.disable()
        try:
            (look if request.get("first_rows") else answer)(request, limits, out)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
