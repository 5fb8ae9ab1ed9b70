"""Managers with books: units, people, accounts and a ledger, written straight into their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql

from app.core.public_ids import digest
from app.demo.stream import ledger_rows, unit_codes
from config.settings import Settings
from tenants.provisioning import provision
from tenants.registry import Tenant

COLUMNS = (
    "entry", "unit_code", "kind", "account", "booked_on", "due_on", "period", "debit", "credit", "document", "title",
    "since_revision",
)  # fmt: skip
BOOKS = (
    "INSERT INTO office_profile (id, name, short_name, kind, email, phone, street_line, city_line) "
    "VALUES (1, %(name)s, %(name)s, 'cooperative', 'biuro@example.pl', '22 555 01 02', 'ul. Lipowa 3', "
    "'00-123 Warszawa') ON CONFLICT (id) DO UPDATE SET email = excluded.email, phone = excluded.phone, "
    "street_line = excluded.street_line, city_line = excluded.city_line",
    "INSERT INTO revisions (number, kind, as_of, published_by) VALUES (1, 'publish', %(as_of)s, 'bench')",
    "INSERT INTO buildings (code, street, number, postcode, city, since_revision) "
    "SELECT DISTINCT split_part(c, '-', 1), 'Słoneczna', split_part(c, '-', 1), '00-123', 'Warszawa', 1 "
    "FROM unnest(%(codes)s::text[]) AS c",
    "INSERT INTO units (code, building_code, staircase, number, area, title, account, since_revision) "
    "SELECT c, split_part(c, '-', 1), split_part(c, '-', 2), split_part(c, '-', 3), 48.50, 'ownership', "
    "lpad(n::text, 26, '1'), 1 FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS u (c, n)",
    "INSERT INTO people (code, first_name, last_name, since_revision) "
    "SELECT 'P' || n, 'Łucja', 'Żak-' || n, 1 FROM generate_series(1, %(units)s::int) AS n",
    "INSERT INTO occupancies (unit_code, person_code, role, from_on, since_revision) "
    "SELECT c, 'P' || n, 'owner', '2015-01-01', 1 FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS u (c, n)",
    "INSERT INTO accounts (public_id, login, login_key, password_hash, role, person_code) "
    "SELECT 'public-' || n, 'P' || n, 'p' || n, 'no such hash ' || n, 'resident', 'P' || n "
    "FROM generate_series(1, %(units)s::int) AS n",
)
SESSION = (
    "INSERT INTO account_sessions (secret_digest, account_id, expires_at) "
    "SELECT %(digest)s, id, now() + interval '1 day' FROM accounts WHERE login = %(login)s"
)


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident who is logged in: host to ask, login, and the secret of the session."""

    tenant: Tenant
    login: str
    secret: str


def fill(settings: Settings, owner_url: str, *, tenants: int, units: int, entries: int) -> list[Tenant]:
    """Make that many managers of `units` units with `entries` ledger entries each, and analyse them."""
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda n: _manager(settings, owner_url, n, units, entries), range(1, tenants + 1)))
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return made


def log_in(owner_url: str, tenants: list[Tenant], units: int, each: int) -> list[Resident]:
    """Sessions of `each` residents of every manager, in the order in which tenant and resident rotate."""
    found = []
    with psycopg.connect(owner_url) as connection:
        for turn in range(each):
            for tenant in tenants:
                login = f"P{1 + (turn * units // each + tenant.id) % units}"
                secret = f"secret-of-bench-{tenant.id:05d}-{login}".ljust(43, "x")
                _enter(connection, tenant.schema)
                connection.execute(SESSION, {"digest": digest(secret), "login": login})
                found.append(Resident(tenant, login, secret))
    return found


def _manager(settings: Settings, owner_url: str, number: int, units: int, entries: int) -> Tenant:
    name = f"Spółdzielnia {number}"
    tenant = provision(
        settings.database_url,
        slug=f"bench{number:03d}",
        name=name,
        kind="cooperative",
        base_domain=settings.base_domain,
    )
    codes = unit_codes(units)
    values = {"name": name, "codes": codes, "units": units, "as_of": datetime(2026, 11, 1, 3, tzinfo=UTC)}
    with psycopg.connect(owner_url) as connection:
        _enter(connection, tenant.schema)
        for statement in BOOKS:
            connection.execute(statement.encode(), values)
        with connection.cursor() as cursor, cursor.copy(f"COPY ledger_entries ({', '.join(COLUMNS)}) FROM STDIN") as to:
            for row in _ledger(codes, units * entries, number):
                to.write_row(row)
    return tenant


def _ledger(codes: list[str], rows: int, seed: int) -> Iterator[tuple[Any, ...]]:
    for row in ledger_rows(rows, seed, codes, date(2024, 5, 1)):
        entry, unit, kind, _account, booked, due, period, debit, credit, document, title = row
        account = "repairs" if int(str(period)[-1]) % 5 == 0 else "rent"
        yield entry, unit, kind, account, booked, due, period, debit or 0, credit or 0, document, title, 1


def _enter(connection: psycopg.Connection[Any], schema: str) -> None:
    connection.execute(sql.SQL("SET LOCAL search_path TO {}, ext").format(sql.Identifier(schema)))
