"""Child processes that end with their parent, and finding what an interrupted run left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

LINUX = sys.platform == "linux"
SETPRIV = LINUX and shutil.which("setpriv")
MARK = "OSIEDLE_RUN"  # environment variable that tells the processes of one `var` from all others


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    parent_death: signal.Signals = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own that gets `parent_death` when this process dies.

    A session of its own keeps Ctrl-C in the terminal from reaching it: the parent decides the order. Linux
    sends the signal when the *thread* that forked ends, so call this from the main thread only.
    """
    return subprocess.Popen(
        [*_bound(parent_death), *(str(part) for part in command)],
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        pass_fds=pass_fds,
    )


def _bound(number: signal.Signals) -> list[str]:
    """The program that asks Linux for the signal and becomes the child. Where it is missing, a child may
    outlive its parent, and the next run ends it."""
    return ["setpriv", "--pdeathsig", number.name.removeprefix("SIG"), "--"] if SETPRIV else []


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds; SIGKILL to the whole session at the end."""
    for number, seconds in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    signal_session(process.pid, signal.SIGKILL)
    process.wait()


def signal_session(leader: int, number: signal.Signals) -> None:
    """Signal what is left of the session that `spawn` gave to this child: its own children, whose groups
    may differ. The number cannot be anybody else's session as long as one of them lives."""
    _signal_all([pid for pid, entry in _running() if _session(entry) == leader], number)


def wait_until(ready: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Poll `ready` until it is true or the time is over."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def alive(pid: int) -> bool:
    """Whether a process of this number runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not LINUX


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def marked(value: str) -> list[int]:
    """Processes other than this one whose environment holds `MARK=value`; none where there is no /proc.

    Children inherit the mark, so it finds grandchildren too.
    """
    wanted = f"{MARK}={value}".encode()
    return [pid for pid, entry in _running() if wanted in _environment(entry) and pid != os.getpid()]


def end_marked(value: str, seconds: float) -> int:
    """End every process so marked: SIGTERM, then SIGKILL after `seconds`. Returns how many there were."""
    found = marked(value)
    _signal_all(found, signal.SIGTERM)
    if found and not wait_until(lambda: not marked(value), seconds, pause=0.1):
        _signal_all(marked(value), signal.SIGKILL)
        wait_until(lambda: not marked(value), 2.0)
    return len(found)


def working_in(directory: Path, program: str) -> list[int]:
    """Processes of this program whose working directory is `directory`; none where there is no /proc."""
    return [pid for pid, entry in _running() if _works_in(entry, directory, program) and alive(pid)]


def _running() -> Iterator[tuple[int, Path]]:
    for entry in Path("/proc").glob("[0-9]*"):
        yield int(entry.name), entry


def _environment(entry: Path) -> list[bytes]:
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _session(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return 0


def _works_in(entry: Path, directory: Path, program: str) -> bool:
    try:
        executable = os.readlink(entry / "exe").removesuffix(" (deleted)")
        return os.path.basename(executable) == program and os.readlink(entry / "cwd") == str(directory)
    except OSError:
        return False


def _signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
