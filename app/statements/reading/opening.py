"""The parent's side: a bank file as statements, read by a process that can do no harm."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from app.statements.reading.bookings import Booking, Content, Statement, Unreadable

ROOT = Path(__file__).resolve().parents[3]
WALL_SECONDS = 180


class ReaderFailed(RuntimeError):
    """The child died of a fault of ours, not of the file; the text is the end of its traceback."""


def opened(path: Path, *, name: str, said: str = "auto", encoding: str | None = None) -> list[Content]:
    """The files in the file at `path`, one unless it is an archive. Raises Unreadable, ReaderFailed, OSError."""
    told = _ask({"path": str(path.resolve(strict=True)), "name": name, "format": said, "encoding": encoding})
    return [_content(file) for file in told["files"]]


def is_bank_file(path: Path, name: str) -> bool:
    """Whether the file begins as one of ours, or is an archive in which one does."""
    try:
        told = _ask({"path": str(path.resolve()), "name": name, "format": "auto", "encoding": None, "probe": True})
    except Unreadable:
        return False
    return bool(told["looks"])


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-E", "-s", "-m", "app.statements.reading.child"],
            cwd=ROOT, env={"LC_ALL": "C.UTF-8"}, input=json.dumps(request).encode(), capture_output=True,
            timeout=WALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("too-slow") from None
    if done.returncode in (-9, -6, -11, 3):
        raise Unreadable("too-hungry")
    if done.returncode == -24:  # SIGXCPU
        raise Unreadable("too-slow")
    if done.returncode:
        raise ReaderFailed(done.stderr[-4000:].decode("utf-8", "replace") or f"exit status {done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout)
    if "refused" in told:
        said = told["refused"]
        raise Unreadable(said["code"], line=said["line"], **said["params"])
    return told


def _content(told: dict[str, Any]) -> Content:
    return Content(
        told["name"], told["form"], told["encoding"], [_statement(each) for each in told["statements"]],
        [(code, params) for code, params in told["notes"]],
    )  # fmt: skip


def _statement(told: dict[str, Any]) -> Statement:
    days = {name: _day(told[name]) for name in ("from_on", "to_on")}
    return Statement(**told | days | {"bookings": [_booking(each) for each in told["bookings"]]})


def _booking(told: dict[str, Any]) -> Booking:
    days = {name: _day(told[name]) for name in ("value_on", "booked_on")}
    return Booking(**told | days | {"refs": tuple(told["refs"]), "numbers": tuple(told["numbers"])})


def _day(said: str | None) -> Any:
    return date.fromisoformat(said) if said else None
