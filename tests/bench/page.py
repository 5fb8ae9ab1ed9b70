"""The resident page against the same page on django-tenants and on nothing, in alternating rounds."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from app.announcements.queries import board
from app.office import queries as office
from tenants import reading
from tenants.routing import DataCursor
from tests.bench import books, serving
from tests.bench.books import Resident
from tests.bench.place import Place, place
from tests.bench.serving import Server

TENANTS, UNITS, ENTRIES, EACH = 100, 200, 60, 4
NAMES = (
    ("visitor", "FROM account_sessions"),
    ("office", "FROM office_profile WHERE"),
    ("holdings", "FROM revisions"),
    ("standing", "FROM ledger_entries"),
    ("answers", "FROM messages m JOIN message_threads"),
    ("hangs", "SELECT EXISTS (SELECT FROM announcements"),
)


def run(seconds: float = 5.0, rounds: int = 5, tenants: int = TENANTS) -> dict[str, Any]:
    """Figures of all three, and our ratios to both peers. The whole takes rounds × 3 × seconds and a minute."""
    with place() as here, contextlib.ExitStack() as stack:
        print("page: filling the books …", file=sys.stderr)
        made = books.fill(here.settings, here.owner_url, tenants=tenants, units=UNITS, entries=ENTRIES)
        residents = books.log_in(here.owner_url, made, UNITS, EACH)
        statements, most = _statements(here, residents[0])
        servers = [stack.enter_context(serving.ours(here))]
        servers.append(stack.enter_context(serving.twin(here, statements, residents)))
        for server in servers:
            server.visits = [[each.tenant.host, f"osiedle={each.secret}"] for each in residents]
        missing = _add_django(here, residents, servers, stack)
        pages = {server.name: _page(here, server) for server in servers}
        for server in servers:
            server.warm(here.postmaster)
        for number in range(rounds):
            print(f"page: round {number + 1} of {rounds}", file=sys.stderr)
            for server in servers[number % 2 :: 1] + servers[: number % 2]:
                server.rounds.append(_figures(server.load(seconds, here.postmaster)))
        return _result(servers, most, pages, missing)


def _statements(here: Place, resident: Resident) -> tuple[dict[str, str], int]:
    """The statements of our page as a driver takes them, and how many the page needs at most."""
    seen: list[str] = []
    client = here.app.test_client()
    address = f"http://{resident.tenant.host}/payments"
    client.set_cookie("osiedle", resident.secret, domain=resident.tenant.host)
    with _noting(seen):
        client.get(address)  # a new connection asks about its server
        office.forget(resident.tenant.id)
        board.forget_all()
        seen.clear()
        if client.get(address).status_code != 200:
            raise RuntimeError("our own page does not open")
    found = {name: next((line for line in seen if part in line), "") for name, part in NAMES}
    if not all(found.values()):
        raise RuntimeError(f"the page asks differently now: {[name for name, sql in found.items() if not sql]}")
    return found, len(seen)


@contextlib.contextmanager
def _noting(seen: list[str]) -> Iterator[None]:
    """Note each statement with named parameters, whichever of the two ways it goes to the driver."""
    convert, rows = DataCursor._convert_query, reading.rows

    def converted(cursor: DataCursor, query: Any, params: Any = None) -> Any:
        if str(query).strip(" ;"):  # the pool asks with an empty one whether a connection lives
            seen.append(str(query))
        return convert(cursor, query, params)

    def read(statement: TextClause, values: Any) -> Any:
        seen.append(str(statement.compile(dialect=PGDialect_psycopg())))
        return rows(statement, values)

    DataCursor._convert_query = converted  # type: ignore[method-assign]
    reading.rows = read
    try:
        yield
    finally:
        DataCursor._convert_query = convert  # type: ignore[method-assign]
        reading.rows = rows


def _add_django(here: Place, residents: list[Resident], servers: list[Server], stack: contextlib.ExitStack) -> str:
    """Start the django peer; returns why it is missing, or nothing."""
    try:
        python = serving.install_django()
    except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    sessions = serving.log_in_django(here, python, residents)
    server = stack.enter_context(serving.django(here, python))
    server.visits = [[each.tenant.host, f"peer={sessions[each.tenant.host][each.login]}"] for each in residents]
    servers.append(server)
    return ""


def _page(here: Place, server: Server) -> list[str]:
    """What a visitor reads on the first resident's page: its text without white space and tags."""
    host, cookies = server.visits[0]
    done = subprocess.run(
        ["curl", "-sS", "-H", f"Host: {host}", "-H", f"Cookie: {cookies}", f"http://127.0.0.1:{server.port}/payments"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return re.sub(r"<[^>]*>", " ", done.stdout).split()


def _figures(found: dict[str, Any]) -> dict[str, float]:
    count, times = len(found["latencies"]), sorted(found["latencies"])
    cuts = quantiles(times, n=100)
    return {
        "rps": count / found["seconds"],
        "cpu_ms": 1000 * (found["web_cpu"] + found["database_cpu"]) / count,
        "web_ms": 1000 * found["web_cpu"] / count,
        "database_ms": 1000 * found["database_cpu"] / count,
        "p50_ms": 1000 * cuts[49],
        "p95_ms": 1000 * cuts[94],
        "p99_ms": 1000 * cuts[98],
        "bytes": found["bytes"] / count,
    }


def _result(servers: list[Server], statements: int, pages: dict[str, list[str]], missing: str) -> dict[str, Any]:
    figures = {
        server.name: {name: round(median(each[name] for each in server.rounds), 2) for name in server.rounds[0]}
        for server in servers
    }
    result: dict[str, Any] = {"figures": figures, "statements": statements, "checks": []}
    by_name = {server.name: server for server in servers}
    result["checks"].append(("SQL statements of the page", statements, "<=", 6))
    for peer, least in (("django", 2.5), ("twin", 0.5)):
        if peer not in by_name:
            continue
        for name, turned in (("rps", False), ("cpu_ms", True)):
            ratio = _ratio(by_name["ours"], by_name[peer], name, turned)
            what = "CPU economy" if turned else "requests a second"
            result["checks"].append((f"{what} to {peer}", ratio, ">=", least))
        for name in ("p50_ms", "p95_ms", "p99_ms"):
            result[f"{name[:3]}_to_{peer}"] = _ratio(by_name["ours"], by_name[peer], name, False)
    result["same_text"] = {name: text == pages["ours"] for name, text in pages.items() if name != "ours"}
    result["missing"] = missing
    return result


def _ratio(mine: Server, peer: Server, name: str, turned: bool) -> float:
    pairs: Iterator[tuple[float, float]] = ((a[name], b[name]) for a, b in zip(mine.rounds, peer.rounds, strict=True))
    return round(median(b / a if turned else a / b for a, b in pairs), 3)
