"""The platform's own schema: made and brought up to date by `flask platform upgrade`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from tenants.db import PLATFORM
from tenants.roles import prepare_database

HISTORY = Path(__file__).resolve().parent.parent / "migrations" / "platform"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HISTORY))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(owner_url: str, libpq_owner_url: str, passwords: dict[str, str]) -> tuple[str | None, str]:
    """Prepare the database and bring schema `platform` to its newest revision. Returns (before, after)."""
    prepare_database(libpq_owner_url, passwords)
    config = _config()
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext('osiedle.platform'))"))
        connection.execute(text("SET lock_timeout TO '5s'"))
        connection.commit()
        before = revision(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        after = revision(connection)
    return before, after or ""


def revision(connection: Connection) -> str | None:
    """The revision that schema `platform` is on; None before the first upgrade."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": PLATFORM})
    return context.get_current_revision()


def head() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())
