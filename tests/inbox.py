"""The IMAP server of the tests: real sockets and the part of RFC 3501 that reading one folder needs.

With a certificate it speaks TLS from the first octet, as port 993 does.
"""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "portal", "inbox-password"


@dataclass
class Kept:
    """A letter in the folder, and the marks that it carries."""

    content: bytes
    flags: set[str] = field(default_factory=set)


def certificate(folder: Path, host: str = "127.0.0.1", *, days: int = 1) -> Path:
    """A certificate made and signed by itself for a host, with its key, in one PEM file; `days` < 0 has run out."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "skrzynka")])
    known = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}{days}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Inbox:
    """One folder. `silent` makes it drop the connection at the next FETCH, as a server does that is restarted."""

    def __init__(self, pem: Path | None = None) -> None:
        self.letters: list[Kept] = []
        self.logins = 0
        self._scheme = "imaps" if pem else "imap"
        self.silent = False
        self.fetched: list[str] = []
        inbox = self

        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pem else None
        if secure is not None:
            secure.load_cert_chain(str(pem))

        class Handler(socketserver.StreamRequestHandler):
            def setup(self) -> None:
                if secure is not None:
                    self.request = secure.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
                super().setup()

            def handle(self) -> None:
                try:
                    if secure is not None:
                        self.request.do_handshake()
                except OSError:
                    return  # the client did not like our certificate
                _Dialogue(inbox, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"{self._scheme}://{USER}:{PASSWORD}@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def put(self, content: bytes) -> Kept:
        self.letters.append(Kept(content))
        return self.letters[-1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Dialogue:
    def __init__(self, inbox: Inbox, handler: Any) -> None:
        self._inbox, self._handler = inbox, handler

    def run(self) -> None:
        self._say(b"* OK ready")
        while line := self._handler.rfile.readline():
            tag, _space, rest = line.decode().strip().partition(" ")
            command, _space, words = rest.partition(" ")
            if command.upper() == "UID":
                command, _space, words = words.partition(" ")
            answer = getattr(self, f"_{command.lower()}", None)
            outcome = answer(words) if answer else "BAD what"
            if outcome is None:
                return
            self._say(f"{tag} {outcome}".encode())
            if command.upper() == "LOGOUT":
                return

    def _say(self, line: bytes) -> None:
        self._handler.wfile.write(line + b"\r\n")

    def _capability(self, _words: str) -> str:
        self._say(b"* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, words: str) -> str:
        self._inbox.logins += 1
        return "OK in" if words.replace('"', "").split() == [USER, PASSWORD] else "NO wrong"

    def _select(self, words: str) -> str:
        self._say(f"* {len(self._inbox.letters)} EXISTS".encode())
        return "OK [READ-WRITE] open" if words.strip('"') == "INBOX" else "NO such folder"

    def _search(self, _words: str) -> str:
        free = [str(n) for n, kept in enumerate(self._inbox.letters, 1) if not kept.flags & {"\\Seen", "\\Flagged"}]
        self._say(("* SEARCH " + " ".join(free)).encode().strip())
        return "OK done"

    def _fetch(self, words: str) -> str | None:
        if self._inbox.silent:
            return None
        uid, _space, what = words.partition(" ")
        self._inbox.fetched.append(what)
        kept = self._inbox.letters[int(uid) - 1]
        if "SIZE" in what:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(kept.content)})".encode())
            return "OK done"
        found = kept.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in what else kept.content
        self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(found)}}}".encode())
        self._handler.wfile.write(found + b")\r\n")
        return "OK done"

    def _store(self, words: str) -> str:
        uid, _space, rest = words.partition(" ")
        self._inbox.letters[int(uid) - 1].flags |= set(re.findall(r"\\\w+", rest))
        return "OK done"

    def _logout(self, _words: str) -> str:
        self._say(b"* BYE")
        return "OK bye"
