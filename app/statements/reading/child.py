"""The process that opens a bank file: `python -m app.statements.reading.child`, the request as JSON on stdin.

Request: {"path", "name", "format", "encoding"}; answer on stdout: {"files": […]} or {"refused": {…}}; with
"probe", {"looks": …}. It has little
memory and time, no environment, starts no program, opens no socket and writes no file.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from app.core.confined import OUT_OF_MEMORY, confine
from app.statements.reading.bookings import Unreadable
from app.statements.reading.files import MIB, looks, read

MEMORY, CPU = 1024 * MIB, 60


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What the file holds, or why it cannot be read."""
    try:
        if request.get("probe"):
            return {"looks": looks(Path(request["path"]))}
        found = read(Path(request["path"]), request["name"], request["format"], request["encoding"])
    except Unreadable as error:
        return {"refused": {"code": error.code, "line": error.line, "params": error.params}}
    return {"files": [asdict(content) for content in found]}


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def main() -> int:
    request = json.load(sys.stdin)
    # What a library prints must not get into the answer.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        confine(MEMORY, CPU)
        try:
            out.write(json.dumps(answer(request), default=_plain).encode("utf-8", "replace"))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
