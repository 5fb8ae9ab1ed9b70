"""How fast lists of staff are where there is much to list: one manager of 20,000 units, one visitor, page after page.

There is no rival: nobody waits longer than a third of a second for a list, however long it is, nor longer than a
second for what has to read the whole ledger, or everybody in an audience, to answer.
"""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from app.core.public_ids import digest
from tenants.provisioning import provision
from tests.bench import books, crowd, readers, serving
from tests.bench.place import Place

UNITS, ROUNDS = 20_000, 12
SECRET = "secret-of-bench-admin".ljust(43, "x")
#: What is asked for; `{mailout}` and the like are public ids.
PAGES: dict[str, tuple[str, ...]] = {
    "home": ("/admin/",),
    "residents": (
        "/admin/residents", "/admin/residents?page=500", "/admin/residents?q=zak-1234", "/admin/residents?q=L012345",
        "/admin/residents?q=lucja", "/admin/residents?q=nie+ma+takiego", "/admin/residents?q=osoba777%40example.pl",
    ),
    "one resident": ("/admin/residents/P77",),
    "accounts": (
        "/admin/accounts", "/admin/accounts?page=400", "/admin/accounts?q=zak", "/admin/accounts?state=never",
        "/admin/accounts?state=blocked", "/admin/accounts/{account}",
    ),
    "units": ("/admin/units", "/admin/units?page=300", "/admin/units?q=05-2", "/admin/units?q=zak-77",
              "/admin/units?building=05", "/admin/units/one?unit={unit}", "/admin/units/entries?unit={unit}"),
    "entries": ("/admin/entries", "/admin/entries?page=1000", "/admin/entries?q=NAL%2F12",
                "/admin/entries?kind=payment", "/admin/entries?first=2021-01-01&last=2026-12-31"),
    "charges": ("/admin/charges", "/admin/charges?component=S3"),
    "balances": ("/admin/balances", "/admin/balances?day=2026-01-31", "/admin/balances?building=05"),
    "arrears": ("/admin/debts", "/admin/debts?page=50", "/admin/debts?age=quarter", "/admin/debts?least=100"),
    "history": ("/admin/history?unit={unit}",),
    "interest": ("/admin/interest", "/admin/interest?unit={unit}"),
    "imports": ("/admin/imports", "/admin/imports/{import}"),
    "audience": ("/admin/mailouts/new", "/admin/announcements/new"),
    "mailouts": ("/admin/mailouts", "/admin/mailouts/{mailout}"),
    "announcements": ("/admin/announcements", "/admin/announcements/{announcement}",
                      "/admin/announcements/{announcement}/readers"),
    "deliveries": ("/admin/deliveries", "/admin/deliveries?state=trouble", "/admin/deliveries?state=opened",
                   "/admin/deliveries?words=osoba777", "/admin/deliveries?page=1000", "/admin/deliveries/addresses",
                   "/admin/deliveries?cause=mailout%3A3"),
    "audit": ("/admin/audit", "/admin/audit?page=2000", "/admin/audit?subject=L777", "/admin/audit?who=admin",
              "/admin/audit?action=mailout.sent"),
    "statements": ("/admin/statements", "/admin/statements/payments", "/admin/statements/payments?page=50",
                   "/admin/statements/payments?q=zofia", "/admin/statements/payments?show=credited",
                   "/admin/statements/payments/{booking}", "/admin/statements/files/{file}",
                   "/admin/statements/rules"),
    "messages": ("/admin/messages", "/admin/messages?page=100", "/admin/messages?state=closed",
                 "/admin/messages?q=rozliczenie+777", "/admin/messages?q=zak-77", "/admin/messages/{thread}"),
    "documents": ("/admin/documents", "/admin/documents?q=remontu", "/admin/documents?access=units",
                  "/admin/documents?page=100", "/admin/documents/{document}", "/admin/documents/{document}/fetches"),
    "credentials": ("/admin/credentials", "/admin/credentials/{batch}"),
    "registrations": ("/admin/registrations", "/admin/registrations?show=decided"),
    "meters": ("/admin/media/verifications",),
    "rest": ("/admin/guard", "/admin/personal", "/admin/resignations", "/admin/staff"),
}  # fmt: skip
AUDIENCES: tuple[dict[str, str], ...] = (
    {"audience_json": '{"all": true}'},
    {"audience_json": '{"all": true, "roles": ["owner"], "members": true}'},
    {"audience_json": '{"all": true, "arrears_over": 100000}'},
    {"audience_json": '{"all": false, "buildings": ["05", "06"]}'},
    {"audience_json": '{"all": true, "without_email": true}'},
)
#: Sums, searches and counts over everything there is.
WHOLE = ("/admin/entries?", "/admin/balances", "/admin/debts", "/admin/audience/count", "/admin/announcements/")
IDS = {
    "account": "accounts", "import": "imports", "mailout": "mailouts", "announcement": "announcements",
    "booking": "bank_bookings WHERE state = 'queued'", "file": "bank_files", "thread": "message_threads",
    "document": "documents", "batch": "credential_batches",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """A page, and the seconds that it took, in order."""

    what: str
    path: str
    seconds: list[float]

    @property
    def p95(self) -> float:
        """In milliseconds."""
        return round(1000 * readers.percentile(self.seconds), 1)


class Visitor:
    """An administrator's browser, as far as lists need one. Raises `RuntimeError` for anything but a page."""

    def __init__(self, port: int, host: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Host": host, "Accept": "text/html", "Cookie": f"osiedle={SECRET}"}
        self._token = ""

    def get(self, path: str) -> float:
        began = time.perf_counter()
        body = self._asked("GET", path, None)
        took = time.perf_counter() - began
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', body)
        self._token = found[1].decode() if found else self._token
        return took

    def post(self, path: str, values: dict[str, str]) -> float:
        body = urlencode(values | {"csrf_token": self._token})
        began = time.perf_counter()
        self._asked("POST", path, body)
        return time.perf_counter() - began

    def _asked(self, method: str, path: str, body: str | None) -> bytes:
        more = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self._connection.request(method, path, body, self._headers | more)
        answer = self._connection.getresponse()
        read = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._headers["Cookie"] += "; " + value.partition(";")[0]
        if answer.status != 200 or len(read) < 200:
            raise RuntimeError(f"{method} {path}: {answer.status}, {len(read)} bytes")
        return read


def run(here: Place, units: int = UNITS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Fill a manager of so many units and time every list; prints each page. Figures: p95 in ms by kind of list."""
    made = provision(
        here.settings.database_url, slug="lists", name="Spółdzielnia Lista", kind="cooperative",
        base_domain=here.settings.base_domain,
    )  # fmt: skip
    crowd.fill(here.owner_url, made.schema, units)
    with serving.ours(here) as server:
        timed = measure(here.owner_url, made.schema, Visitor(server.port, made.host), rounds)
    whole = [each for each in timed if each.path.startswith(WHOLE)]
    lists = [each for each in timed if each not in whole]
    return {
        "of_units": units,
        **{what: max(each.p95 for each in timed if each.what == what) for what in dict.fromkeys(t.what for t in timed)},
        "slowest": max(lists, key=lambda each: each.p95).path,
        "slowest_ms": max(each.p95 for each in lists),
        "slowest_whole": max(whole, key=lambda each: each.p95).path,
        "slowest_whole_ms": max(each.p95 for each in whole),
    }


def measure(owner_url: str, schema: str, visitor: Visitor, rounds: int) -> list[Timed]:
    """Every page `rounds` times, after a first time that does not count."""
    ids = _enter(owner_url, schema)
    found = []
    for what, paths in PAGES.items():
        for path in paths:
            address = path.format(**ids)
            visitor.get(address)
            found.append(Timed(what, path, sorted(visitor.get(address) for _ in range(rounds))))
            print(f"{found[-1].p95:8.1f} ms  {path}")
    for values in AUDIENCES:
        visitor.post("/admin/audience/count", values)
        seconds = sorted(visitor.post("/admin/audience/count", values) for _ in range(rounds))
        found.append(Timed("audience", f"/admin/audience/count {values['audience_json']}", seconds))
        print(f"{found[-1].p95:8.1f} ms  {found[-1].path}")
    return found


def _enter(owner_url: str, schema: str) -> dict[str, str]:
    """Log the administrator in; public ids of one of each kind."""
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL("SET LOCAL search_path TO {}, ext").format(sql.Identifier(schema)))
        connection.execute(books.SESSION, {"digest": digest(SECRET), "login": "admin"})
        ids = {name: str(_one(connection, f"SELECT public_id FROM {table} LIMIT 1")) for name, table in IDS.items()}
        return ids | {"unit": str(_one(connection, "SELECT code FROM units ORDER BY id OFFSET 77 LIMIT 1"))}


def _one(connection: psycopg.Connection[Any], statement: str) -> Any:
    found = connection.execute(statement.encode()).fetchone()
    return found[0] if found else None
