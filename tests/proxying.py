"""The real nginx, with the files of `deploy/`, before the production web server on the tests' databases."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.local import processes
from config.settings import ROOT

DEPLOY = ROOT / "deploy"
DOMAIN = "osiedle.test"
OWN_DOMAIN = "portal.own.test"
# What Debian's and nginx's own nginx.conf say beside our file. `user`: the tests' folders are their owner's only.
MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/main.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    gzip on;
    keepalive_timeout 65;
    access_log {folder}/other.log;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/osiedle.conf;
    {more}
}}
"""


def program() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(slots=True)
class Answer:
    """What came back; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Proxy:
    """A running nginx: its two ports, its folder with logs, and the certificate that it shows."""

    http: int
    https: int
    folder: Path
    certificate: Path

    def ask(
        self, host: str, path: str, *, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:  # fmt: skip
        """Ask over TLS as a browser would; `source` is the visitor's address, one of 127.0.0.0/8."""
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            connection.sock = self.tls(host, source)
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())

    def plain(self, host: str, path: str) -> Answer:
        """Ask without TLS. Raises `OSError` or `HTTPException` when the connection is closed."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.http, timeout=10)) as connection:
            connection.request("GET", path, headers={"Host": host})
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())

    def tls(self, name: str, source: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection whose certificate was checked for that name. Raises `ssl.SSLError`."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        raw = socket.create_connection(("127.0.0.1", self.https), 10, (source, 0))
        raw.settimeout(60)
        return context.wrap_socket(raw, server_hostname=name)

    def raw(self, data: bytes, host: str = f"alfa.{DOMAIN}") -> bytes:
        """All that comes back for these bytes until the connection is closed or nothing comes for two seconds."""
        found = b""
        with self.tls(host) as connection:
            connection.settimeout(2)
            try:
                connection.sendall(data)
                while block := connection.recv(65536):
                    found += block
            except OSError:
                pass
        return found

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()


@contextmanager
def running(folder: Path, web: int) -> Iterator[Proxy]:
    """nginx before a web server on that port of 127.0.0.1. From the main thread only."""
    proxy = Proxy(processes.free_port(), processes.free_port(), folder, folder / "fullchain.pem")
    _certificate(folder)
    _render(proxy, web)
    command = [str(program()), "-e", f"{folder}/main.log", "-c", f"{folder}/nginx.conf"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr or "http2" in checked.stderr, checked.stderr
    process = processes.spawn(command)
    try:
        assert processes.wait_until(lambda: answers(proxy.https), 10), (folder / "main.log").read_text()
        yield proxy
    finally:
        processes.stop(process, (signal.SIGTERM, 5))


@contextmanager
def web(environ: dict[str, str], folder: Path) -> Iterator[int]:
    """The production web server as it stands behind a proxy; yields its port. From the main thread only."""
    port = processes.free_port()
    behind = {
        "BIND": f"127.0.0.1:{port}", "WEB_PROCESSES": "1", "TRUSTED_PROXIES": "1", "OSIEDLE_HTTPS": "1",
        "METRICS_ALLOWED": "127.0.0.1", "LOG_FORMAT": "json",
    }  # fmt: skip
    command = [Path(sys.executable).parent / "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]
    with (folder / "web.log").open("wb") as output:
        process = processes.spawn(command, env=environ | behind, cwd=ROOT, output=output)
    try:
        assert processes.wait_until(lambda: answers(port), 40), (folder / "web.log").read_text()
        yield port
    finally:
        processes.stop(process, (signal.SIGTERM, 25))


def answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _render(proxy: Proxy, web: int) -> None:
    """The files of `deploy/` with other ports and folders, and a manager's own domain as the template tells it."""
    folder, template = proxy.folder, (DEPLOY / "nginx.conf.template").read_text()
    told = "\n".join(re.findall(r"^#  +(.*)", template, re.MULTILINE)).partition("server {")
    own = f"{told[1]}{told[2]}".replace("portal.example.org", OWN_DOMAIN).replace(f"/etc/ssl/{OWN_DOMAIN}", str(folder))
    text = f"{template}\n{own}".replace("${BASE_DOMAIN}", DOMAIN).replace("${OSIEDLE_WEB}", f"127.0.0.1:{web}")
    text = re.sub(r"listen (\[::\]:|)80\b", rf"listen \g<1>{proxy.http}", text)
    text = re.sub(r"listen (\[::\]:|)443\b", rf"listen \g<1>{proxy.https}", text)
    if not Path("/proc/net/if_inet6").exists():
        text = re.sub(r"listen \[::\][^;]*;", "", text)
    site = (DEPLOY / "nginx-site.conf").read_text()
    (folder / "osiedle.conf").write_text(text.replace("/etc/ssl/osiedle", str(folder)))
    (folder / "osiedle-site.conf").write_text(site.replace("/var/log/nginx", str(folder)))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, more=""))


def _certificate(folder: Path) -> None:
    """A certificate for the domain, its wildcard and a manager's own domain, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    names = [x509.DNSName(each) for each in (DOMAIN, f"*.{DOMAIN}", OWN_DOMAIN)]
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
