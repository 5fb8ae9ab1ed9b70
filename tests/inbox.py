"""The IMAP server of the tests: real sockets and the part of RFC 3501 that reading one folder needs."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Any, Self

USER, PASSWORD = "portal", "inbox-password"


@dataclass
class Kept:
    """A letter in the folder, and the marks that it carries."""

    content: bytes
    flags: set[str] = field(default_factory=set)


class Inbox:
    """One folder. `silent` makes it drop the connection at the next FETCH, as a server does that is restarted."""

    def __init__(self) -> None:
        self.letters: list[Kept] = []
        self.silent = False
        self.fetched: list[str] = []
        inbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Dialogue(inbox, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self._server.server_address[1]}/INBOX"

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
