"""PostgreSQL or Redis away, at the start and in mid-request: a clear answer, nothing lost, no restart by hand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

import psycopg
import pytest

from config.local import processes
from tests.faults.conftest import BIN, PASSWORD, ROOT, Deployment, token

pytestmark = pytest.mark.xdist_group("faults")


def test_without_postgresql_pages_say_so_and_come_back_by_themselves(deployment: Deployment) -> None:
    jar = deployment.log_in()
    assert deployment.ask("/admin/", cookies=jar)[0] == 200
    postgres = deployment.server("PostgreSQL")
    postgres.stop()
    for path in ("/login", "/admin/", "/theme.css"):
        status, headers, page = deployment.ask(path, cookies=jar)
        assert status == 503, path
        assert int(headers["retry-after"]) > 0
        assert "psycopg" not in page
        assert "osiedle_app" not in page
    assert deployment.ask("/healthz", host="osiedle.test")[0] == 200
    assert deployment.ask("/readyz", host="osiedle.test")[0] == 503
    postgres.start()
    assert processes.wait_until(postgres.ready, 20)
    assert deployment.until(200, "/login", seconds=10) < 10
    assert deployment.ask("/admin/", cookies=jar)[0] == 200, "the session outlived the outage"


def test_without_redis_pages_work_and_what_was_asked_for_is_not_lost(deployment: Deployment) -> None:
    valkey = deployment.server("Valkey")
    valkey.stop()
    try:
        jar = deployment.log_in()
        assert deployment.ask("/admin/", cookies=jar)[0] == 200
        assert deployment.ask("/readyz", host="osiedle.test")[0] == 503
        visitor: dict[str, str] = {}
        page = deployment.ask("/password/forgot", cookies=visitor)[2]
        form = {"identifier": "admin", "csrf_token": token(page)}
        assert deployment.ask("/password/forgot", form, cookies=visitor)[0] in (200, 303)
        assert count(deployment, "jobs WHERE name = 'accounts.send_reset' AND state = 'waiting'") == 1
    finally:
        valkey.start()
    assert processes.wait_until(valkey.ready, 20)
    deployment.until(200, "/readyz", host="osiedle.test")
    deployment.flask("scheduler", "--once")
    deployment.flask("worker", "--burst")
    assert count(deployment, "jobs WHERE name = 'accounts.send_reset' AND state = 'done'") == 1
    assert count(deployment, "outbox_items WHERE letter = 'password_reset'") == 1


def test_a_redis_that_is_silent_keeps_nobody_waiting(deployment: Deployment) -> None:
    valkey = deployment.server("Valkey")
    visitor: dict[str, str] = {}
    form = {"identifier": "nobody", "csrf_token": token(deployment.ask("/password/forgot", cookies=visitor)[2])}
    valkey.process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert deployment.ask("/password/forgot", form, cookies=visitor)[0] in (200, 303)
        assert time.monotonic() - started < 5
    finally:
        valkey.process.send_signal(signal.SIGCONT)


def test_silent_connections_hold_nobody_up(deployment: Deployment) -> None:
    silent = [socket.create_connection(("127.0.0.1", deployment.port)) for _number in range(40)]
    try:
        started = time.monotonic()
        assert deployment.ask("/login")[0] == 200
        assert time.monotonic() - started < 3
    finally:
        for connection in silent:
            connection.close()


def test_commands_say_in_a_sentence_that_the_database_is_away(deployment: Deployment) -> None:
    environ = deployment.environ | {"DATABASE_URL": f"postgresql://x:y@127.0.0.1:{processes.free_port()}/osiedle"}
    for words in (["tenants", "list"], ["platform", "upgrade"], ["imports", "run", "krucha", "wsgi.py"]):
        done = subprocess.run(
            [str(BIN / "flask"), *words], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 1, words
        assert "Traceback" not in done.stderr, done.stderr[-800:]
        assert done.stderr.strip()


def test_a_killed_web_server_leaves_one_or_nothing(deployment: Deployment) -> None:
    """SIGKILL in the middle of posts: each account is there whole or not at all, and the server starts again."""
    jar = deployment.log_in()
    page = deployment.ask("/admin/accounts/new", cookies=jar)[2]
    script = (
        "import sys; sys.path.insert(0, '.'); from urllib.parse import urlencode; import http.client\n"
        "for n in range(200):\n"
        f"    c = http.client.HTTPConnection('127.0.0.1', {deployment.port})\n"
        "    try:\n"
        "        c.request('POST', '/admin/accounts/new', urlencode({'login': f'zabity-{n}', 'role': 'clerk',\n"
        f"            'email': f'z{{n}}@krucha.example', 'csrf_token': {token(page)!r}}}),\n"
        "            {'Host': 'krucha.osiedle.test',\n"
        f"            'Cookie': {'; '.join(f'{k}={v}' for k, v in jar.items())!r},\n"
        "            'Content-Type': 'application/x-www-form-urlencoded'})\n"
        "        c.getresponse().read()\n"
        "    except OSError: pass\n"
    )
    poster = subprocess.Popen([str(BIN / "python"), "-c", script], cwd=ROOT)
    processes.wait_until(lambda: count(deployment, "accounts") > 3, 20)
    os.killpg(deployment.web.pid, signal.SIGKILL)
    deployment.web.wait()
    poster.kill()
    poster.wait()
    accounts = count(deployment, "accounts")
    tokens = count(deployment, "account_tokens WHERE purpose = 'activation'")
    created = count(deployment, "audit_entries WHERE action = 'account.created'")
    assert accounts - 1 == tokens == created, "an account without its activation link or its line in the log"
    deployment.web = deployment.start_web()
    assert deployment.log_in()


def test_thirty_wrong_passwords_are_stopped_and_the_office_still_gets_in(deployment: Deployment) -> None:
    jar: dict[str, str] = {}
    page = deployment.ask("/login", cookies=jar)[2]
    seen = []
    for _attempt in range(30):
        form = {"login": "ksiegowa", "password": "złe hasło", "csrf_token": token(page)}
        status, headers, page = deployment.ask("/login", form, cookies=jar)
        seen.append(status)
    assert seen[0] == 422
    assert seen[-1] == 429
    assert int(headers["retry-after"]) > 0
    assert deployment.log_in()


def test_an_expired_form_loses_nothing_that_was_typed(deployment: Deployment) -> None:
    jar = deployment.log_in()
    form = {"login": "nowy.urzednik", "email": "nowy@krucha.example", "role": "clerk", "csrf_token": "przestarzały"}
    status, _headers, page = deployment.ask("/admin/accounts/new", form, cookies=jar)
    assert status == 400
    assert "nowy.urzednik" in page
    again = deployment.ask("/admin/accounts/new", form | {"csrf_token": token(page)}, cookies=jar)
    assert again[0] in (200, 303)
    assert PASSWORD not in page


def count(deployment: Deployment, what: str) -> int:
    with psycopg.connect(deployment.servers.database_url) as connection:
        schema = connection.execute("SELECT schema FROM platform.tenants WHERE slug = 'krucha'").fetchone()
        assert schema
        row = connection.execute(f"SELECT count(*) FROM {schema[0]}.{what}").fetchone()
        assert row
        return int(row[0])
