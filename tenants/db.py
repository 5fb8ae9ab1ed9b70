"""The only source of tables and sessions.

`db` has one engine a database alias for tenants (routed, see `tenants.routing`) and one for the schema
`platform`, with a login of its own. Tenant models derive from `Model` and carry no schema: the transaction
gives it. Platform models derive from `PlatformModel`.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import MetaData, event
from sqlalchemy.orm import DeclarativeBase

from tenants.bound import bound, current, is_bound
from tenants.errors import AnotherTenantBound
from tenants.pooling import TenantPool
from tenants.routing import DataCursor, route

MAIN = "main"  # the alias of the database that every deployment has
PLATFORM = "platform"
# psycopg prepares by itself what it met so many times; `tenants.reading` says which statements are worth it.
NEVER_BY_ITSELF = 2**31 - 1
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class TenantSession(Session):
    """A session, with its identity map, belongs for life to the tenant that was bound when it was made."""

    def __init__(self, db: SQLAlchemy, **options: Any) -> None:
        super().__init__(db, **options)
        self.info["tenant"] = current().id if is_bound() else None

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **rest: Any) -> Any:
        engine = super().get_bind(mapper=mapper, clause=clause, bind=bind, **rest)
        engines = self._db.engines
        if engine is engines[None] and is_bound() and current().database != MAIN:
            return engines[current().database]
        return engine


@event.listens_for(TenantSession, "after_begin")
def _one_tenant_for_life(session: TenantSession, _transaction: Any, connection: Any) -> None:
    if connection.engine is session._db.engines[PLATFORM]:
        return
    if session.info["tenant"] != bound().tenant.id:
        raise AnotherTenantBound("this session belongs to another tenant")


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": TenantSession},
    # parameters are people's names, addresses and secrets: they stay out of what an error says, and so out of logs
    engine_options={"pool_pre_ping": True, "pool_recycle": 600, "pool_timeout": 5, "hide_parameters": True},
    disable_autonaming=True,
)
Model: type[Any] = db.Model


class PlatformModel(db.Model):  # type: ignore[name-defined, misc]
    """A table of the platform, always written with its schema."""

    __abstract__ = True
    __bind_key__ = PLATFORM


def tenant_metadata() -> MetaData:
    """The tables that every tenant's schema has."""
    return db.metadatas[None]


def init_app(app: Flask, *, tenant_url: str, platform_url: str, pool_size: int, prepare: bool = True) -> None:
    """Make the engines of this application; nothing is connected yet.

    `prepare=False` is for poolers that cannot keep prepared statements apart.
    """
    threshold = NEVER_BY_ITSELF if prepare else None
    tenants = {
        "url": tenant_url,
        "pool_size": pool_size,
        "max_overflow": 4,
        "use_native_hstore": False,
        "poolclass": TenantPool,
        "pool_pre_ping": False,  # BEGIN finds a dead connection and takes another: see `tenants.routing`
        "connect_args": {"prepare_threshold": threshold, "cursor_factory": DataCursor, "connect_timeout": 5},
    }
    platform = {
        "url": platform_url,
        "pool_size": 2,
        "max_overflow": 6,
        "use_native_hstore": False,
        "connect_args": {"prepare_threshold": None, "connect_timeout": 5},
    }
    app.config["SQLALCHEMY_BINDS"] = {None: tenants, PLATFORM: platform}
    db.init_app(app)
    with app.app_context():
        for alias, engine in db.engines.items():
            if alias != PLATFORM:
                route(engine)


def forget_connections(app: Flask) -> None:
    """After a fork: leave the parent's connections to the parent."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
