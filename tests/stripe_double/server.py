"""The wire: HTTP/1.1, the key, idempotency, faults, and the hosted pages beside the API."""

from __future__ import annotations

import copy
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.stripe_double import hosted
from tests.stripe_double.faults import Fault, Faults, NoAnswer, answered, invalid
from tests.stripe_double.routes import match
from tests.stripe_double.validating import checked, tree
from tests.stripe_double.world import API_VERSION, Call, World, expanded


class Server(ThreadingHTTPServer):
    """`asked` keeps (method, path, account, idempotency key) of each request of the API."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], world: World, faults: Faults, key: str) -> None:
        super().__init__(address, Handler)
        self.world, self.faults, self.key = world, faults, key
        self.asked: list[tuple[str, str, str | None, str | None]] = []
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not self.closing.is_set():
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = unquote(urlsplit(self.path).path)
        if not path.startswith("/v1/"):
            self._page(path, body)
            return
        account, key = self.headers.get("Stripe-Account"), self.headers.get("Idempotency-Key")
        self.server.asked.append((self.command, path, account, key))
        try:
            kind = self.server.faults.take(self.command, path)
            if kind is None:
                status, answer = self._asked(path, body, account, key)
            else:
                seconds = self.server.faults.slowness if kind == "slow" else 60
                status, answer = answered(
                    kind, lambda: self._asked(path, body, account, key), lambda: self._wait(seconds)
                )
        except NoAnswer:
            self.close_connection = True
            return
        except Fault as fault:
            status, answer = fault.status, fault.body
        self._send(status, "application/json", json.dumps(_public(answer), default=str).encode())

    def _wait(self, seconds: float) -> None:
        self.server.closing.wait(seconds)

    def _asked(self, path: str, body: str, account: str | None, key: str | None) -> tuple[int, Any]:
        """Answer a request of the API, or an error as its answer. Raises `Fault` for what counts as never begun."""
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            raise Fault(401, "Invalid API Key provided: sk_test_****")
        if self.headers.get("Stripe-Version") != API_VERSION:
            raise invalid(f"The double speaks {API_VERSION} only.")
        world = self.server.world
        with world.lock:
            if account is not None and world.objects.get(account, (None, {}))[1].get("object") != "account":
                said = "The provided key does not have access to account (or that account does not exist)."
                raise Fault(403, said, code="account_invalid")
            params, do, ids = match(self.command, path)
            query = urlsplit(self.path).query
            raw = tree(body or query if self.command == "POST" else query or body)
            fingerprint = json.dumps([self.command, path, raw], sort_keys=True)
            done = world.answers.get((account, key)) if key and self.command == "POST" else None
            if done is not None:
                if done[0] != fingerprint:
                    said = "Keys for idempotent requests go with the same parameters only."
                    raise Fault(400, said, type="idempotency_error")
                return done[1], done[2]
            given = checked(params, raw)
            status, answer = self._done(Call(world, account, given, ids), do)
            if key and self.command == "POST":
                world.answers[account, key] = (fingerprint, status, answer)
            return status, answer

    def _done(self, call: Call, do: Any) -> tuple[int, Any]:
        try:
            return 200, copy.deepcopy(expanded(call.world, _public(do(call)), call.params.get("expand", ())))
        except Fault as fault:
            return fault.status, fault.body

    def _page(self, path: str, body: str) -> None:
        try:
            with self.server.world.lock:
                if self.command == "POST":
                    text = hosted.submit(self.server.world, path, dict(parse_qsl(body, keep_blank_values=True)))
                else:
                    text = hosted.show(self.server.world, path)
        except hosted.Leave as leave:
            self._send(303, "text/plain", b"", {"Location": leave.url})
        except Fault as fault:
            self._send(fault.status, "text/plain; charset=utf-8", str(fault).encode())
        else:
            self._send(200, "text/html; charset=utf-8", text.encode())

    def _send(self, status: int, kind: str, content: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Request-Id": f"req_{secrets.token_hex(7)}",
        }
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _public(answer: Any) -> Any:
    """Without what the double notes for itself."""
    if isinstance(answer, dict):
        return {key: _public(value) for key, value in answer.items() if not key.startswith("_")}
    return [_public(one) for one in answer] if isinstance(answer, list) else answer
