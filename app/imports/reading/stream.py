"""The parent's side: a package as a stream of sheets, each a stream of COPY blocks.

    with open_package(path, name="styczen.zip") as package:
        for sheet in package.sheets():
            with cursor.copy(f"COPY stage_{sheet.name} ({fields of sheet.fields}) FROM STDIN") as copy:
                for block in sheet.blocks:
                    copy.write(block)
    if package.findings.errors: …

Bad input never raises: it ends as errors in `package.findings`, and whoever publishes must look there first.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from app.core.confined import OUT_OF_MEMORY
from app.imports.reading import frames
from app.imports.reading.findings import Finding, Findings
from app.imports.reading.limits import MIB, Limits
from app.imports.reading.looking import Tab
from app.imports.reading.mapping import plan
from app.imports.reading.sentences import message
from app.imports.reading.sheets import SHEETS

ROOT = Path(__file__).resolve().parents[3]
ROW_NUMBER = "row_no"
PIECE = 1024 * 1024
#: Bytes of answers that are taken before anybody asks for them.
AHEAD = 6 * MIB
NAP = 0.02  # seconds after which whoever reads ahead looks whether it should

#: Told after each block: sheet, rows of it read so far, and what part of the whole package that is, 0 to 1.
Progress = Callable[[str, int, float], None]


class ReaderFailed(RuntimeError):
    """The child died of a fault of ours, not of the file; the text is the end of its traceback."""


class _Late(Exception):
    """The child was waited for longer than allowed."""


@dataclass(frozen=True)
class SheetFile:
    """Where a sheet was read from.

    `called` is the name of the sheet as the file has it (tab, or file name without extension), `file` the
    file it lies in; `encoding` and `separator` are None for workbooks; `headers` our column → header as
    written; `ignored` headers that mean nothing to us; `rows` without header and blank rows; `whole` tells
    that it was read to its end.
    """

    sheet: str
    called: str
    file: str
    encoding: str | None
    separator: str | None
    rows: int
    whole: bool
    headers: Mapping[str, str]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class SheetStream:
    """One sheet while it is read.

    `name` is the contract's English name; `columns` are row_no and the contract's English column names,
    `fields` the same as columns of our tables; `blocks` yields COPY text (tab, `\\N`) with these columns.
    Rows in error come too, with NULL for the cells that could not be read, so that references to them
    hold: the table they go to must allow NULL everywhere but in row_no.
    """

    name: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    blocks: Iterator[bytes]


class Package:
    """A package that is being read. `rows` counts the rows of each sheet as they arrive.

    `findings` and `files` are whole only after the last sheet of `sheets()`.
    """

    def __init__(self, pipe: _Pipe, progress: Progress | None) -> None:
        self.findings = Findings()
        self.files: dict[str, SheetFile] = {}
        self.rows: dict[str, int] = {}
        self._pipe = pipe
        self._progress = progress
        self._open: str | None = None
        self._over = False

    def sheets(self) -> Iterator[SheetStream]:
        """The sheets in the order in which they refer to each other; what is left of one is skipped."""
        while (frame := self._next()) is not None:
            kind, *_, body = frame
            if kind == frames.BEGIN:
                sheet = SHEETS[json.loads(body)["sheet"]]
                self._open = sheet.name
                blocks = self._blocks(sheet.name)
                yield SheetStream(
                    sheet.name,
                    (ROW_NUMBER, *(column.name for column in sheet.columns)),
                    (ROW_NUMBER, *(column.field for column in sheet.columns)),
                    blocks,
                )
                for _ in blocks:
                    pass

    @contextmanager
    def reading_ahead(self) -> Iterator[None]:
        """While the body runs let the child go on, up to some megabytes."""
        with self._pipe.filling():
            yield

    def halt(self) -> None:
        """Let nobody wait for the child any more, from whatever thread: it ends, and the package seems cut off."""
        self._pipe.halt()

    def tabs(self) -> Iterator[Tab]:
        """The first rows of every tab and file, for a package that is only looked at."""
        while (frame := self._next()) is not None:
            kind, *_, body = frame
            if kind == frames.LOOK:
                yield Tab.kept(json.loads(body))

    def _blocks(self, sheet: str) -> Iterator[bytes]:
        while self._open == sheet and (frame := self._next()) is not None:
            kind, rows, share, body = frame
            if kind == frames.BLOCK:
                self.rows[sheet] = rows
                if self._progress:
                    self._progress(sheet, rows, share)
                yield body

    def _next(self) -> tuple[bytes, int, float, bytes] | None:
        """The next frame, its news already taken in; None when there will be no more."""
        if self._over:
            return None
        try:
            kind, rows, share, body = frames.read(self._pipe.take)
        except (EOFError, _Late) as error:
            self._over = True
            self._refuse(self._pipe.cause(late=isinstance(error, _Late)))
            return None
        if kind == frames.NOTES:
            for note in json.loads(body):
                self._take(note)
        elif kind == frames.END:
            said = json.loads(body)
            self._open = None
            self.files[said["sheet"]] = SheetFile(**said | {"ignored": tuple(said["ignored"])})
            self.rows[said["sheet"]] = rows
        elif kind == frames.DONE:
            said = json.loads(body)
            self._over = True
            self.findings.error_count, self.findings.warning_count = said["errors"], said["warnings"]
            return None
        return kind, rows, share, body

    def _take(self, note: dict[str, Any]) -> None:
        level, params = note.pop("level"), note.pop("params")
        finding = Finding(**note, message=message(note["code"], params, note), params=params)
        if level == "error":
            self.findings.errors.append(finding)
            self.findings.error_count += 1
        else:
            self.findings.warnings.append(finding)
            self.findings.warning_count += 1

    def _refuse(self, cause: tuple[str, dict[str, Any]]) -> None:
        code, params = cause
        place = {"sheet": self._open, "row": None, "column": None, "value": None, "code": code}
        self._take({"level": "error", "params": params, **place})


class _Pipe:
    """The child's answers, read with a bound on the time spent waiting for them."""

    def __init__(self, child: subprocess.Popen[bytes], stderr: IO[bytes], limits: Limits) -> None:
        assert child.stdout is not None
        self._child = child
        self._stderr = stderr
        self._limits = limits
        self._left = limits.wall
        self._file = child.stdout.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._file, selectors.EVENT_READ)
        self._held = bytearray()

    def take(self, size: int) -> bytes:
        while len(self._held) < size:
            asked = time.monotonic()
            ready = self._selector.select(max(self._left, 0))
            self._left -= time.monotonic() - asked
            if not ready:
                raise _Late
            piece = os.read(self._file, PIECE)
            if not piece:
                raise EOFError
            self._held += piece
        taken = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        return taken

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Take answers beside the body, which must not ask for any."""
        over = threading.Event()
        thread = threading.Thread(target=self._fill, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _fill(self, over: threading.Event) -> None:
        while not over.is_set() and len(self._held) < AHEAD:
            if self._selector.select(NAP):
                piece = os.read(self._file, PIECE)
                if not piece:
                    # Whoever asks next finds the end, too.
                    return
                self._held += piece

    def cause(self, *, late: bool) -> tuple[str, dict[str, Any]]:
        """Why there are no more answers: code and figures of a refusal. Raises ReaderFailed."""
        if late:
            self._child.kill()
        status = self._child.wait()
        if late or status == -signal.SIGXCPU:
            return "too-slow", {}
        memory = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGKILL, OUT_OF_MEMORY)
        if status in memory:
            return "too-hungry", {"limit": self._limits.memory // MIB}
        self._stderr.seek(0)
        raise ReaderFailed(self._stderr.read()[-4000:].decode("utf-8", "replace") or f"exit status {status}")

    def halt(self) -> None:
        self._child.kill()

    def close(self) -> None:
        self._selector.close()


@contextmanager
def open_package(
    path: Path | str,
    *,
    name: str | None = None,
    mapping: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    first_rows: int = 0,
) -> Iterator[Package]:
    """Begin to read the package at `path`: workbook, ZIP of CSV files, folder of them, or one CSV file.

    `name` is the file's name where it came from, if the path does not tell it (a single CSV file is known
    by its name). `mapping` says how the manager's own files are made (see `reading.mapping`); BadMapping
    if it means nothing. With `first_rows` the package is only looked at: see `Package.tabs`. Leaving the
    block ends the child. Raises OSError if the path cannot be reached, ReaderFailed for a fault of ours.
    """
    path = Path(path).resolve(strict=True)
    limits = limits or Limits()
    plan(mapping)
    request = {
        "path": str(path),
        "name": name or path.name,
        "mapping": mapping or {},
        "first_rows": first_rows,
        "limits": asdict(limits),
    }
    with tempfile.TemporaryFile() as stderr:
        child = _started(stderr)
        pipe = _Pipe(child, stderr, limits)
        _widen(child)
        try:
            assert child.stdin is not None and child.stdout is not None
            with child.stdin:
                child.stdin.write(json.dumps(request, default=dict).encode())
            yield Package(pipe, progress)
        finally:
            pipe.close()
            child.kill()
            child.stdout.close() if child.stdout else None
            child.wait()


def _started(stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-B", "-E", "-s", "-m", "app.imports.reading.child"],
        cwd=ROOT, env={"LC_ALL": "C.UTF-8"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
    )  # fmt: skip


def _widen(child: subprocess.Popen[bytes]) -> None:
    """Let the child read ahead while its rows are being written."""
    if sys.platform == "linux" and child.stdout is not None:
        # A system may allow less.
        with suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIECE)
