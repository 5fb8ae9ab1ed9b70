"""The embedded servers: right settings, clean ends, and nothing touched that is not theirs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import processes, state
from config.local import servers as local
from config.local.postgres import Postgres

HOLDER = """
import sys, time
from pathlib import Path
from config.local import servers
with servers.start(Path(sys.argv[1]), durable=False) as running:
    print(running.database_url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A directory that no Unix socket could lie in, with a space."""
    found = tmp_path / ("long " * 24).strip() / "var"
    found.mkdir(parents=True)
    return found


def pids(running: local.Servers) -> list[int]:
    return [server.process.pid for server in running.running if server.process is not None]


def test_keep_polish_letters_in_trigrams(servers: local.Servers) -> None:
    with psycopg.connect(servers.database_url) as connection:
        settings = connection.execute(
            "SELECT datlocprovider, datlocale, current_setting('fsync') FROM pg_database WHERE datname = 'osiedle'"
        ).fetchone()
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        where = connection.execute(
            "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'"
        ).fetchone()
        assert where
        trigrams = connection.execute(f"SELECT cardinality({where[0]}.show_trgm('łódź'))").fetchone()
        connection.rollback()
    assert settings == ("b", "C.UTF-8", "off")
    assert trigrams == (5,)


def test_keep_data_and_leave_no_process(var: Path) -> None:
    with local.start(var) as running:
        assert redis.Redis.from_url(running.redis_url).ping()
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE TABLE kept (one int)")
        started = pids(running)
    assert not any(processes.alive(pid) for pid in started)
    with local.start(var) as running, psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_need_their_password(var: Path) -> None:
    with local.start(var, durable=False) as running:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(running.database_url.replace(":", ":wrong", 2).replace("wrong//", "//", 1))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(running.redis_url.split("@")[1].join(("redis://", ""))).ping()


def test_end_with_a_killed_parent_and_start_again(var: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", HOLDER, str(var)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None and parent.stdout.readline().startswith("postgresql://")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with local.start(var, durable=False) as running, psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(not processes.LINUX, reason="needs /proc")
def test_end_a_server_left_on_the_data_and_nobody_else(var: Path) -> None:
    with local.start(var, durable=False, redis=False) as running:
        first = pids(running)[0]
        with local.start(var, durable=False, redis=False) as again:
            assert not processes.alive(first)
            second = pids(again)[0]
            assert processes.alive(second)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (var / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{var / 'postgres'}\n")
        with local.start(var, durable=False, redis=False):
            assert stranger.poll() is None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_start_a_died_server_on_the_same_port(var: Path) -> None:
    with local.start(var, durable=False, redis=False) as running:
        server = running.running[0]
        assert isinstance(server, Postgres) and server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.start()
        assert processes.wait_until(server.ready, 20)
        psycopg.connect(running.database_url).close()


def test_tools_are_told_to_start_run_first(tmp_path: Path) -> None:
    with pytest.raises(state.NotRunning, match="servers do not run"):
        state.environment(tmp_path)


def test_tools_find_running_servers(var: Path) -> None:
    with local.start(var, durable=False) as running:
        state.write(var, {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url, "PORT": "8000"})
        found = state.environment(var)
        assert found["DATABASE_URL"] == running.database_url
        assert len(found["SECRET_KEY"]) >= 32
    with pytest.raises(state.NotRunning):
        state.environment(var)
    for name in (state.STATE, state.SECRETS):
        assert (var / name).stat().st_mode & 0o777 == 0o600
