"""Errors leave to Sentry's protocol over a real socket, without anything that says whom they happened to."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from config.settings import ROOT

SECRETS = (
    "Żółć-Kowalska",
    "52102010261234000000000154",
    "tajne-haslo",
    "L000001",
    "anna@example.com",
    "spoldzielnia-x",
)
BREAK = """
import sys, structlog
from config import logs, reporting
logs.configure("json")
reporting.start(sys.argv[1] or None, "production")
structlog.contextvars.bind_contextvars(request="r-1", tenant="spoldzielnia-x", tenant_id=42)
log = structlog.get_logger("osiedle.web")
def find(name):
    secret = "tajne-haslo"
    raise ValueError(f"no person {name} with account 52102010261234000000000154")
try:
    find("Żółć-Kowalska")
except ValueError:
    log.exception("request failed", path="/admin/residents/L000001?q=anna@example.com")
log.error("letters wait", address="anna@example.com")
import logging
logging.getLogger("smtp").error("refused %s", "anna@example.com")
log.warning("nothing to report", name="Żółć-Kowalska")
import sentry_sdk
sentry_sdk.flush(5)
"""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The DSN of a server that takes envelopes, and the events that came."""
    events: list[dict[str, Any]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            events.append({"path": self.path, "raw": body.decode(), "event": json.loads(body.split(b"\n")[2])})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_words: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/7", events
    server.shutdown()
    thread.join()
    server.server_close()


def broken(dsn: str) -> Any:
    return subprocess.run(
        [sys.executable, "-c", BREAK, dsn], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )


def test_an_error_says_where_and_which_request_and_nothing_of_anybody(receiver: Any) -> None:
    dsn, events = receiver
    log = broken(dsn).stderr
    assert len(events) == 3
    assert {event["path"] for event in events} == {"/api/7/envelope/"}
    first, second, third = (event["event"] for event in events)
    (error,) = first["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert error["stacktrace"]["frames"][-1]["function"] == "find"
    assert first["tags"] == {"request": "r-1", "tenant_id": "42"}
    assert first["environment"] == "production"
    assert (second["message"], third["message"]) == ("letters wait", "error in smtp")
    for event in events:
        assert not [secret for secret in SECRETS if secret in event["raw"]]
        for name in ("vars", "breadcrumbs", "user", "server_name", "modules", "extra"):
            assert f'"{name}"' not in event["raw"], name
    assert "Żółć-Kowalska" in log, "the operator's own log still says what happened"


def test_without_a_dsn_nothing_is_reported() -> None:
    assert "letters wait" in broken("").stderr
