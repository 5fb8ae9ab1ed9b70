"""A platform of a test's own: another database on the test server, whose tenants may be broken at will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg import sql

from config import settings as config
from tenants import platform, provisioning, roles
from tenants.registry import Tenant

_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """A database with its own schema `platform`. `owner` is for psycopg, `owner_url` for SQLAlchemy."""

    owner: str
    base_domain: str = "osiedle.test"

    @property
    def owner_url(self) -> str:
        return config.sqlalchemy_url(self.owner)

    def provision(self, slug: str, **values: Any) -> Tenant:
        values = {"name": f"SM {slug}", "kind": "cooperative", "base_domain": self.base_domain} | values
        return provisioning.provision(self.owner_url, slug=slug, **values)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner) as connection:
            cursor = connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def traces(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Registry rows, schemas and roles of tenants in this database."""
        with psycopg.connect(self.owner) as connection:
            first = connection.execute("SELECT start_value FROM first_number").fetchone()
            assert first is not None
            slugs = connection.execute("SELECT slug FROM platform.tenants ORDER BY slug").fetchall()
            schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'").fetchall()
            names = connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%%' "
                "AND substr(rolname, 3)::bigint BETWEEN %s AND %s",
                (first[0], first[0] + 9999),
            ).fetchall()
        return [row[0] for row in slugs], sorted(row[0] for row in schemas), sorted(row[0] for row in names)


@pytest.fixture
def new_place(app: Any, settings: config.Settings) -> Iterator[Callable[[], Place]]:
    """Makes databases; they are dropped after the test, with the roles of their tenants."""
    server = config.libpq_url(settings.database_url)
    made: list[str] = []

    def make() -> Place:
        number = next(_numbers)
        name = f"place_{number}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        place = Place(server.rsplit("/", 1)[0] + f"/{name}")
        passwords = {
            login: config.login_password(login, settings.secret_key)
            for login in (roles.APP_LOGIN, roles.PLATFORM_LOGIN)
        }
        platform.upgrade(place.owner_url, place.owner, passwords)
        # Roles belong to the whole server: numbers of this database must not meet those of others.
        first = 1_000_000 + number * 10_000
        with psycopg.connect(place.owner) as connection:
            connection.execute(f"ALTER TABLE platform.tenants ALTER COLUMN id RESTART WITH {first}".encode())
            connection.execute(f"CREATE VIEW first_number AS SELECT {first}::bigint AS start_value".encode())
        return place

    yield make
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        left = connection.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_[0-9]{7}$'").fetchall()
        for (role,) in left:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """A platform of this test's own, without tenants."""
    return new_place()
