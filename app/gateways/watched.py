"""A manager's folder that programs drop files into, told apart from what strangers could make of it.

`SLUG/` takes what is dropped, `working/` below it what was taken, `done/` and `refused/` what is over, each file
with its report beside it. Whoever may write there may also lay traps, so every step is by handles of folders that
are no links, and only a plain file with one name is opened.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

WORKING, DONE, REFUSED = "working", "done", "refused"
PLACES = (WORKING, DONE, REFUSED)
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".lock", "~")
REPORT = ".report.json"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_STAMP = "%Y%m%d-%H%M%S"
_TAKEN = re.compile(r"([0-9]{8}-[0-9]{6}-[0-9a-f]{16})-(.+)", re.DOTALL)
_ODD = re.compile(r"[^\w.() +-]")


class Foreign(Exception):
    """Not a plain file of its own: a link, a device, a file that has a second name elsewhere."""


class StillWritten(Exception):
    """Somebody wrote to the file while it was read."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What lies in the folder. `plain` is false for what is never opened; `written` is when it last changed."""

    name: str
    plain: bool
    written: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken: its name now, what makes it this delivery, and the name that it was dropped by."""

    name: str
    claim: str
    file_name: str


class Folder:
    """The folder of one manager, open. Use `opened`."""

    def __init__(self, top: int, places: dict[str, int]) -> None:
        self._top, self._places = top, places

    def dropped(self) -> list[Dropped]:
        """Files that wait, oldest first; folders and what says of itself that it is unfinished are left alone."""
        return _dropped(self._top)

    def take(self, dropped: Dropped) -> Taken:
        """Move a file out of everybody's way; from then on its name says which delivery it is."""
        stamp = datetime.now(UTC).strftime(_STAMP)
        name = f"{stamp}-{secrets.token_hex(8)}-{_plain(dropped.name)}"
        os.rename(dropped.name, name, src_dir_fd=self._top, dst_dir_fd=self._places[WORKING])
        # Else a power cut could bring back the old name after the delivery was noted under the new one.
        os.fsync(self._places[WORKING])
        os.fsync(self._top)
        return _taken(name)

    def taken(self) -> list[Taken]:
        """Files that were taken and are not put away, in the order in which they were."""
        names = sorted(entry.name for entry in _entries(self._places[WORKING]))
        return [_taken(name) for name in names if _TAKEN.fullmatch(name)]

    @contextlib.contextmanager
    def read(self, taken: Taken) -> Iterator[BinaryIO]:
        """The bytes of a taken file. Raises `Foreign`; `StillWritten` at the end, if it changed meanwhile."""
        try:
            handle = os.open(taken.name, _FILE, dir_fd=self._places[WORKING])
        except OSError as error:
            raise Foreign(taken.file_name) from error
        with os.fdopen(handle, "rb") as source:
            before = os.fstat(handle)
            if not _is_plain(before):
                raise Foreign(taken.file_name)
            yield source
            after = os.fstat(handle)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise StillWritten(taken.file_name)

    def put_away(self, taken: Taken, place: str, report: dict[str, Any]) -> None:
        """Move a taken file to `done` or `refused`, its report first. Done again it does the same."""
        there = self._places[place]
        _write(there, f"{taken.name}{REPORT}", json.dumps(report, ensure_ascii=False, indent=2).encode())
        with contextlib.suppress(FileNotFoundError):
            os.rename(taken.name, taken.name, src_dir_fd=self._places[WORKING], dst_dir_fd=there)
        os.fsync(there)


    def forget(self, place: str, oldest: str) -> int:
        """Remove what was put away and whose stamp is before `oldest`, reports with their files."""
        old = [one.name for one in _entries(self._places[place]) if _TAKEN.fullmatch(one.name) and one.name < oldest]
        for name in old:
            os.unlink(name, dir_fd=self._places[place])
        return len(old)


@contextlib.contextmanager
def opened(root: Path, slug: str) -> Iterator[Folder | None]:
    """A manager's folder with its places, which are made if they are missing; None when it has no folder.

    Raises OSError when a place is no folder, or must not be written to.
    """
    with contextlib.ExitStack() as stack:
        try:
            top = _open(stack, slug, _open(stack, str(root), None, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except (FileNotFoundError, NotADirectoryError):
            yield None
            return
        places = {}
        for name in PLACES:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o770, dir_fd=top)
            places[name] = _open(stack, name, top)
        yield Folder(top, places)


def slugs(root: Path) -> list[str]:
    """The names of the folders below `root`."""
    try:
        with os.scandir(root) as found:
            return sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []


def waiting(root: Path, slug: str, moment: float, quiet: float) -> bool:
    """Whether something was dropped that may be taken, or was taken and is not put away. Changes nothing."""
    with contextlib.ExitStack() as stack:
        try:
            top = _open(stack, slug, _open(stack, str(root), None, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            return any(may_take(one, moment, quiet) for one in _dropped(top))
        except OSError:
            return False


def left_over(root: Path, slug: str) -> bool:
    """Whether something was taken and is not put away."""
    with contextlib.ExitStack() as stack:
        try:
            top = _open(stack, slug, _open(stack, str(root), None, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            return any(_TAKEN.fullmatch(entry.name) for entry in _entries(_open(stack, WORKING, top)))
        except OSError:
            return False


def forget(root: Path, slug: str, before: datetime) -> int:
    """Remove files that were put away, and their reports, if they had been taken before `before`; returns how many."""
    with opened(root, slug) as folder:
        return sum(folder.forget(place, before.strftime(_STAMP)) for place in (DONE, REFUSED)) if folder else 0


def may_take(one: Dropped, moment: float, quiet: float) -> bool:
    """Whether nobody seems to be writing it: untouched for `quiet` seconds. What is no plain file is not waited for."""
    return not one.plain or moment - one.written >= quiet


def _open(stack: contextlib.ExitStack, name: str, parent: int | None, flags: int = _FOLDER) -> int:
    handle = os.open(name, flags, dir_fd=parent)
    stack.callback(os.close, handle)
    return handle


def _entries(handle: int) -> list[os.DirEntry[str]]:
    with os.scandir(handle) as found:
        return list(found)


def _dropped(top: int) -> list[Dropped]:
    found = []
    for entry in _entries(top):
        if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
            continue
        try:
            about = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if not stat.S_ISDIR(about.st_mode):
            # The time of the last change of the inode is the kernel's own: no program sets it back.
            found.append(Dropped(entry.name, _is_plain(about), max(about.st_mtime, about.st_ctime)))
    return sorted(found, key=lambda one: (one.written, one.name))


def _is_plain(about: os.stat_result) -> bool:
    return stat.S_ISREG(about.st_mode) and about.st_nlink == 1


def _plain(name: str) -> str:
    """A name that is safe on every disk, its ending kept."""
    stem, dot, ending = name.rpartition(".")
    cut = f"{stem[:80]}.{ending[:10]}" if dot else name[:80]
    return _ODD.sub("_", cut.encode("utf-8", "replace").decode()) or "plik"


def _taken(name: str) -> Taken:
    match = _TAKEN.fullmatch(name)
    assert match is not None
    return Taken(name, match[1], match[2])


def _write(folder: int, name: str, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = f".{secrets.token_hex(8)}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part, dir_fd=folder)
        raise
