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
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from app.core.confined import OUT_OF_MEMORY, confine
from app.imports.reading import frames
from app.imports.reading.findings import Notes, Refused
from app.imports.reading.limits import Limits
from app.imports.reading.looking import first_rows
from app.imports.reading.mapping import plan
from app.imports.reading.packages import Source, everything, sources
from app.imports.reading.rows import SheetReading


def answer(request: dict[str, Any], limits: Limits, out: BinaryIO) -> None:
    """Read the package of `request` and write the frames."""
    notes = Notes(limits.findings)
    found: list[Source] = []
    said = plan(request["mapping"])
    try:
        found = sources(Path(request["path"]), request["name"], limits, notes, said)
    except Refused as refused:
        notes.refusal(refused)
    whole, before = sum(source.size for source in found) or 1, 0
    for source in found:
        _sheet(SheetReading(source, limits, said, notes), notes, out, before / whole, source.size / whole)
        before += source.size
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


def _sheet(reading: SheetReading, notes: Notes, out: BinaryIO, before: float, part: float) -> None:
    """Write the frames of a sheet, which is a `part` of the package; another part was read `before`."""
    source = reading.source

    def put(block: bytes, rows: int) -> None:
        if notes.kept:
            _tell(notes, out)
        frames.write(out, frames.BLOCK, block, rows, before + part * reading.share)

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


#: Of the priority of a session: a third of what each of the others gets, for a busy machine has many of them.
STEPS_BACK = 5


def _stand_back() -> None:
    """Let pages and the database go first, where only a session as a whole can give way to others.

    Linux may share the processor out among sessions (sched_autogroup), and then the priority of a process counts
    only within its own.
    """
    # Neither every system nor every container knows it, and the reading does not need it.
    with suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(STEPS_BACK))


def main() -> int:
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    if not request.get("first_rows"):
        _stand_back()
    # What a library prints must not get between the frames.
    with os.fdopen(os.dup(1), "wb", buffering=256 * 1024) as out:
        os.dup2(2, 1)
        confine(limits.memory, limits.cpu)
        # Millions of short-lived rows and no cycles among them: looking for some costs a tenth of the time.
        gc.disable()
        try:
            (look if request.get("first_rows") else answer)(request, limits, out)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
