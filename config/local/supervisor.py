"""`./run`: servers, migrations, demo data, then web, worker (with scheduler) and mail sink, until Ctrl-C.

Every child ends with this process, however it ends. What an interrupted run left on the same `var` is ended
first; nothing else is ever touched.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import IO

from config.local import processes, servers, state
from config.local.plan import SINK, STRIPE, WEB, WORKERS, Command, Plan, Refused
from config.local.ports import port_taken
from config.local.readiness import answers, welcome

STEADY_SECONDS = 60  # a child that lived this long starts its back-off anew
LONGEST_PAUSE = 30


@dataclass(slots=True)
class Child:
    """A process that is kept running."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    retry_at: float | None = None

    def keep(self) -> None:
        """Start it again, some time after it died; longer each time."""
        now = time.monotonic()
        code = self.process.poll()
        if code is None:
            return
        if self.retry_at is None:
            self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
            pause = min(LONGEST_PAUSE, 2 ** (self.failures - 1))
            self.retry_at = now + pause
            say(f"{self.name} ended ({_ending(code)}); starting it again in {pause} s.")
            processes.signal_session(self.process.pid, signal.SIGTERM)
        elif now >= self.retry_at:
            self.process, self.started, self.retry_at = self.launch(), now, None


class Supervisor:
    """Everything that runs for one `var`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.began = time.monotonic()
        self.servers: servers.Servers | None = None
        self.children: dict[str, Child] = {}

    def start(self) -> None:
        """Bring everything up in order; returns when the first page can be asked for."""
        plan = self.plan
        ours = {"postgres": plan.embeds("DATABASE_URL"), "redis": plan.embeds("REDIS_URL")}
        self.servers = servers.start(plan.var, **ours)
        plan.connect(self.servers)
        if plan.mail_port:
            self._launch(SINK)
        if plan.stripe_port:
            self._launch(STRIPE)
        for server in self.servers.running:
            if server.process is not None:
                self._keep(server.name, server.start, server.process)
        self._remember()
        # The web server imports the product meanwhile, but listens only when the database is prepared.
        gate, opener = os.pipe()
        self._launch(WEB, gate)
        os.close(gate)
        self._run(plan.preparation())
        os.close(opener)
        for command in WORKERS:
            self._launch(command)
        self._remember()
        self._wait_for_web()

    def watch(self) -> None:
        """Keep the children running, for ever."""
        while True:
            time.sleep(0.3)
            before = [child.process.pid for child in self.children.values()]
            for child in self.children.values():
                child.keep()
            if before != [child.process.pid for child in self.children.values()]:
                self._remember()

    def stop(self) -> None:
        """Stop all, those who use a server before the server."""
        for command in (WEB, *WORKERS, STRIPE, SINK):
            child = self.children.get(command.name)
            if child is not None:
                processes.stop(child.process, (signal.SIGTERM, command.patience))
        if self.servers is not None:
            self.servers.stop()
        processes.end_marked(self.plan.mark, seconds=1)
        state.forget(self.plan.var)

    def _launch(self, command: Command, gate: int | None = None) -> None:
        def launch(gate: int | None = None) -> subprocess.Popen[bytes]:
            extra = {} if gate is None else {"OSIEDLE_GATE": str(gate)}
            fds = () if gate is None else (gate,)
            return processes.spawn(
                self.plan.words(command), env=self.plan.environment | extra, cwd=self.plan.root, pass_fds=fds
            )

        self._keep(command.name, launch, launch(gate))

    def _keep(self, name: str, launch: Callable[[], subprocess.Popen[bytes]], process: subprocess.Popen[bytes]) -> None:
        self.children[name] = Child(name, launch, process, time.monotonic())

    def _run(self, step: Command) -> None:
        process = processes.spawn(self.plan.words(step), env=self.plan.environment, cwd=self.plan.root)
        try:
            code = process.wait()
        except BaseException:
            processes.stop(process, (signal.SIGTERM, 5))
            raise
        if code:
            raise Refused(f"The database could not be prepared ({_ending(code)}); the reason is above.")

    def _wait_for_web(self) -> None:
        complain_at = time.monotonic() + 30
        while (answer := answers(self.plan)) != 200:
            if self.children[WEB.name].process.poll() is not None:
                raise Refused("The web server did not start; the reason is above.")
            if time.monotonic() > complain_at:
                say(f"Still not ready: /readyz answers {answer or 'nothing'}.")
                complain_at += 30
            time.sleep(0.05)
            for child in self.children.values():
                child.keep()
        print(welcome(self.plan, time.monotonic() - self.began), flush=True)

    def _remember(self) -> None:
        pids = {name: child.process.pid for name, child in self.children.items()}
        state.write(self.plan.var, self.plan.state() | {"pids": {"supervisor": os.getpid()} | pids})


def say(text: str) -> None:
    """One line for whoever watches the terminal."""
    print(f"run: {text}", flush=True)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _lock(plan: Plan) -> IO[str]:
    """Held as long as this process lives, and names it. Raises `Refused` if another one holds it."""
    file = open(plan.var / "run.lock", "a+")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise Refused(f"./run is already running here, as process {file.read()}; stop that first.") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Run until interrupted. Returns the exit code: 0 after Ctrl-C, 1 with a sentence."""
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        plan = Plan.read(os.environ)
        lock = _lock(plan)
    except (Refused, KeyboardInterrupt) as refusal:
        print(f"run: {refusal}", file=sys.stderr)
        return 1
    with lock:
        return _supervise(plan)


def _supervise(plan: Plan) -> int:
    supervisor, code = Supervisor(plan), 1
    try:
        os.environ[processes.MARK] = plan.mark
        if left := processes.end_marked(plan.mark, seconds=5):
            say(f"Ended {left} processes that an interrupted run had left.")
        if port_taken(plan.addresses, plan.port):
            raise Refused(f"Port {plan.port} is taken by another program; choose one: PORT=8001 ./run")
        supervisor.start()
        supervisor.watch()
    except KeyboardInterrupt:
        say("Stopping …")
        code = 0
    except (Refused, RuntimeError, OSError) as refusal:
        print(f"run: {refusal}", file=sys.stderr, flush=True)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    if code == 0:
        say("Stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main())
