"""The product behind the real nginx with the files of `deploy/`: who is let through, as whom, and with how much."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config import gunicorn
from config.local.processes import wait_until
from tests import proxying
from tests.features.api.asking import token
from tests.features.imports.doing import query
from tests.proxying import DOMAIN, OWN_DOMAIN, Answer, Proxy

pytestmark = pytest.mark.skipif(proxying.program() is None, reason="there is no nginx on this machine")
MB = 1024 * 1024
ALFA = f"alfa.{DOMAIN}"


@pytest.fixture(scope="module")
def proxy(app: Any, town: Any, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with proxying.web(environ, folder) as web, proxying.running(folder, web) as running:
        yield running


def test_without_tls_one_is_led_to_it(proxy: Proxy) -> None:
    answer = proxy.plain(ALFA, "/login?next=/balance")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{ALFA}/login?next=/balance")
    assert answer.headers["server"] == "nginx", "and no version"


@pytest.mark.parametrize(
    ("host", "path", "said"),
    [(DOMAIN, "/", "Osiedle"), (ALFA, "/login", "Spółdzielnia"), (f"console.{DOMAIN}", "/login", 'name="email"')],
)
def test_each_kind_of_site_is_reached_and_safe(proxy: Proxy, host: str, path: str, said: str) -> None:
    answer = proxy.ask(host, path)
    assert answer.status == 200 and said in answer.text
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["server"] == "nginx" and "x-powered-by" not in answer.headers
    assert all("Secure" in value for name, value in answer.headers.items() if name == "set-cookie")


def test_unknown_names_learn_nothing(proxy: Proxy) -> None:
    neutral = proxy.ask(f"nobody.{DOMAIN}", "/login")
    assert neutral.status == 404 and "Spółdzielnia" not in neutral.text
    for name in ("evil.example", "127.0.0.1"):
        with pytest.raises((OSError, HTTPException)):
            proxy.plain(name, "/")
    with pytest.raises(ssl.SSLError):  # no certificate is shown
        proxy.tls("evil.example")


def test_a_name_in_tls_and_another_in_the_request_is_nobodys_site(proxy: Proxy) -> None:
    found = proxy.raw(b"GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert not found, "the connection is closed without a word"
    crossed = proxy.raw(
        f"GET https://{ALFA}/login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
    )
    assert crossed.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")) and "Spółdzielnia".encode() not in crossed


def test_a_managers_own_domain_as_the_template_tells_it(proxy: Proxy) -> None:
    assert proxy.plain(OWN_DOMAIN, "/x").headers["location"] == f"https://{OWN_DOMAIN}/x"
    answer = proxy.ask(OWN_DOMAIN, "/login")
    assert answer.status == 404, "it reaches the product, which does not know it yet"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "//metrics", "/x/../metrics", "/readyz", "/./readyz"])
@pytest.mark.parametrize("host", [DOMAIN, ALFA, f"console.{DOMAIN}"])
def test_figures_are_not_for_outside(proxy: Proxy, host: str, path: str) -> None:
    answer = proxy.ask(host, path, headers={"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"})
    assert answer.status == 404 and b"osiedle_" not in answer.body and b"redis" not in answer.body
    assert proxy.ask(host, "/healthz").status == 200


def upload(proxy: Proxy, secret: str, slug: str, size: int, path: str = "/api/v1/imports", **more: Any) -> Answer:
    """A file of so many bytes, handed over by a program."""
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="paczka.zip"\r\n\r\n'.encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "Authorization": f"Bearer {secret}"}
    return proxy.ask(
        f"{slug}.{DOMAIN}", path, method="POST", body=head + bytes(size) + f"\r\n--{edge}--\r\n".encode(),
        headers=headers | more.pop("headers", {}), **more,
    )  # fmt: skip


def test_large_files_get_through_where_they_may_and_nowhere_else(app: Any, tenant: Any, proxy: Proxy) -> None:
    secret = token(app, tenant)
    taken = upload(proxy, secret, tenant.slug, 30 * MB)
    assert taken.status == 202, taken.text
    assert json.loads(taken.body)["url"].startswith(f"https://{tenant.host}/api/v1/imports/")
    assert query(app, tenant, "SELECT size > 30000000 FROM imports") == [(True,)]
    refused = upload(proxy, secret, tenant.slug, 4 * MB, "/login")
    assert refused.status == 413 and "Plik jest za duży" in refused.text
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert refused.headers["strict-transport-security"] and refused.headers["cache-control"] == "no-store"
    ours = upload(proxy, secret, tenant.slug, 2 * MB + MB // 2, "/login")
    assert ours.status == 413 and ours.headers["x-request-id"], "a little too much gets the product's own sentence"


FORGED = {
    "X-Forwarded-For": "6.6.6.6, 7.7.7.7", "X-Real-IP": "6.6.6.6", "X_Forwarded_For": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=http", "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81", "X-Forwarded-Prefix": "/evil", "Script-Name": "/evil",
    "X-Forwarded-Protocol": "ssl", "X-Forwarded-Ssl": "off", "X-Request-Id": "evil",
}  # fmt: skip


def test_nobody_names_their_own_address_or_ours(app: Any, tenant: Any, proxy: Proxy) -> None:
    """Positive control: the address is the one that the connection comes from, whichever it is."""
    secret = token(app, tenant)
    for number, source in enumerate(("127.0.0.1", "127.0.0.2"), start=1):
        taken = upload(proxy, secret, tenant.slug, 100, headers=FORGED, source=source)
        assert taken.status == 202, taken.text
        assert taken.headers["location"].startswith(f"https://{tenant.host}/api/v1/imports/")
        assert taken.headers["x-request-id"] != "evil" and "evil" not in taken.text
        logged = query(app, tenant, "SELECT address FROM audit_entries WHERE action = 'import.received' ORDER BY id")
        assert logged[number - 1 :] == [(source,)]


def test_a_request_has_one_number_here_and_there_and_the_log_keeps_nobody(proxy: Proxy) -> None:
    answer = proxy.ask(ALFA, "/password/reset/SECRETWORD?also=SECRETWORD", headers={"Referer": "https://x/SECRETWORD"})
    number = answer.headers["x-request-id"]
    lines = [json.loads(line) for line in proxy.log.splitlines()]
    (mine,) = [line for line in lines if line["request"] == number]
    assert (mine["host"], mine["method"], mine["status"]) == (ALFA, "GET", answer.status)
    assert "SECRETWORD" not in proxy.log and "127.0.0" not in proxy.log
    assert set(mine) == {"timestamp", "request", "host", "method", "status", "bytes", "seconds", "waited"}


def test_a_socket_is_not_switched_to(proxy: Proxy) -> None:
    answer = proxy.ask(ALFA, "/login", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA==",
    })  # fmt: skip
    assert answer.status == 200


HEAD = f"Host: {ALFA}\r\n"
POST, GET = f"POST /login HTTP/1.1\r\n{HEAD}", f"GET /login HTTP/1.1\r\n{HEAD}"
SMUGGLED = f"GET /smuggled HTTP/1.1\r\n{HEAD}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
CROOKED = {
    "both lengths": f"{POST}Content-Length: 6\r\n{CHUNKED}\r\n0\r\n\r\n{SMUGGLED}",
    "two encodings": f"{POST}{CHUNKED}Transfer-Encoding: x\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "odd encoding": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "two lengths": f"{POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\n{SMUGGLED}",
    "signed length": f"{POST}Content-Length: +0\r\n\r\n{SMUGGLED}",
    "space before the colon": f"{POST}Content-Length : 0\r\n\r\n{SMUGGLED}",
    "bad chunk": f"{POST}{CHUNKED}\r\nG\r\n\r\n{SMUGGLED}",
    "endless chunk": f"{POST}{CHUNKED}\r\nFFFFFFFFFFFFFFFFF\r\n{SMUGGLED}",
    "two hosts": f"{GET}{HEAD}\r\n",
    "no host": "GET /login HTTP/1.1\r\n\r\n",
    "folded header": f"{GET}X: a\r\n folded: b\r\n\r\n",
    "header of 100 kB": f"{GET}X: {'a' * 100_000}\r\n\r\n",
    "1,000 headers": GET + "".join(f"X{number}: a\r\n" for number in range(1000)) + "\r\n",
    "long address": f"GET /{'a' * 60_000} HTTP/1.1\r\n{HEAD}\r\n",
    "odd version": f"GET /login HTTP/9.9\r\n{HEAD}\r\n",
    "no HTTP": "\x16\x03\x01\r\n\r\n",
    "connect": f"CONNECT evil.example:443 HTTP/1.1\r\n{HEAD}\r\n",
    "trace": f"TRACE /login HTTP/1.1\r\n{HEAD}\r\n",
}


@pytest.mark.parametrize("request_", CROOKED.values(), ids=CROOKED.keys())
def test_what_two_servers_might_read_differently_is_refused(proxy: Proxy, request_: str) -> None:
    before = len(proxy.log.splitlines())
    found = proxy.raw(request_.encode("latin-1"))
    status = int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/") else None
    assert status is None or 400 <= status < 500 or status in (501, 505), found[:300]
    assert found.count(b"HTTP/1.1 ") <= 1, "nothing was answered behind it"
    assert not [line for line in proxy.log.splitlines()[before:] if '"status":500' in line or '"status":502' in line]
    assert proxy.ask(ALFA, "/healthz").status == 200


def test_old_and_bare_requests_that_are_clear_are_answered(proxy: Proxy) -> None:
    assert proxy.raw(f"GET /login HTTP/1.0\r\n{HEAD}\r\n".encode()).startswith(b"HTTP/1.1 200")
    assert proxy.raw(f"GET /healthz HTTP/1.1\nHost: {ALFA}\nConnection: close\n\n".encode()).startswith(b"HTTP/1.1 200")


def test_connections_are_given_up_before_the_product_closes_them(proxy: Proxy) -> None:
    """Else a form that comes at that moment gets 502 and cannot be sent again by the proxy."""
    template = (proxying.DEPLOY / "nginx.conf.template").read_text()
    assert f"keepalive_timeout {gunicorn.keepalive - 2}s;" in template


def test_one_address_sends_no_more_than_twenty_large_files_at_once(proxy: Proxy) -> None:
    head = f"POST /api/v1/imports HTTP/1.1\r\n{HEAD}Content-Length: 1000000\r\n\r\n".encode()
    waiting = [proxy.tls(ALFA) for _ in range(24)]
    try:
        for connection in waiting:
            connection.sendall(head + b"x")
        refused: list[Answer] = []

        def late() -> bool:  # until nginx has read the heads of all
            refused.append(proxy.ask(ALFA, "/api/v1/imports", method="POST", body=b"x"))
            return refused[-1].status == 429

        assert wait_until(late, 10)
        assert refused[-1].headers["retry-after"] == "30" and "pół minuty" in refused[-1].text
        other = proxy.ask(ALFA, "/api/v1/imports", method="POST", body=b"x", source="127.0.0.3")
        assert other.status == 401, "another address is served"
        assert proxy.ask(ALFA, "/messages").status in (302, 303), "and reading goes on"
    finally:
        for connection in waiting:
            connection.close()


def test_while_the_product_is_away_a_polish_sentence_says_so(tmp_path: Path) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))  # nobody listens
        with proxying.running(tmp_path, silent.getsockname()[1]) as proxy:
            answer = proxy.ask(ALFA, "/login")
            assert answer.status == 503 and answer.headers["retry-after"] == "30"
            assert "Portal jest chwilowo niedostępny" in answer.text and answer.headers["strict-transport-security"]


def test_a_slow_sender_holds_no_thread_of_the_product(proxy: Proxy) -> None:
    """Eight threads, thirty who send a form a byte at a time: everybody else is answered at once."""
    head = (
        f"POST /login HTTP/1.1\r\n{HEAD}Content-Length: 100\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na"
    )
    slow = [proxy.tls(ALFA) for _ in range(30)]
    try:
        for connection in slow:
            connection.sendall(head.encode())
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(proxy.ask(ALFA, "/login").status)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert answers == [200] * 10
    finally:
        for connection in slow:
            connection.close()
