"""Attacks on the routing of transactions: whatever code does, it reads the bound tenant or nothing at all.

Each attack stands beside a positive control, so that a test cannot pass because nothing works.
"""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.office.models import OfficeProfile
from tenants.context import Mode, bind
from tenants.db import PLATFORM, db
from tenants.errors import AnotherTenantBound, NoTenantBound, TenantError

NAME = text("SELECT name FROM office_profile")


@pytest.fixture
def a(pair: tuple[Any, Any], context: Any) -> Iterator[Any]:
    yield pair[0]


@pytest.fixture
def b(pair: tuple[Any, Any]) -> Any:
    return pair[1]


def name() -> str:
    return str(db.session.execute(NAME).scalar_one())


def whoami(connection: Any) -> str:
    return str(connection.execute(text("SELECT current_user")).scalar_one())


def test_with_nothing_bound_there_is_no_query(a: Any) -> None:
    for statement in (NAME, text("SELECT 1"), select(OfficeProfile.name)):
        with pytest.raises(NoTenantBound):
            db.session.execute(statement)
    with pytest.raises(NoTenantBound):
        db.engine.connect().execute(NAME)


def test_nor_after_a_request_on_the_same_connection(a: Any) -> None:
    with bind(a):
        assert name() == "KANAREK-A"
        db.session.commit()
    with pytest.raises(NoTenantBound):
        db.session.execute(NAME)
    with bind(a):
        assert name() == "KANAREK-A"


def test_bindings_do_not_nest(a: Any, b: Any) -> None:
    with bind(a):
        for other in (a, b):
            with pytest.raises(AnotherTenantBound), bind(other):
                pass
        assert name() == "KANAREK-A"


@pytest.mark.parametrize("mode", list(Mode))
def test_after_commit_rollback_and_errors_it_is_still_the_same_tenant(a: Any, b: Any, mode: Mode) -> None:
    for tenant, canary in ((a, "KANAREK-A"), (b, "KANAREK-B")):
        with bind(tenant, mode):
            assert name() == canary
            db.session.commit()
            assert name() == canary
            db.session.rollback()
            assert name() == canary
            with pytest.raises(DBAPIError):
                db.session.execute(text("SELECT 1 / 0"))
            db.session.rollback()
            assert name() == canary


def test_savepoints_stay_inside(a: Any) -> None:
    with bind(a):
        with db.session.begin_nested():
            assert name() == "KANAREK-A"
        nested = db.session.begin_nested()
        with pytest.raises(DBAPIError):
            db.session.execute(text("SELECT no_such_column"))
        nested.rollback()
        assert name() == "KANAREK-A"


def test_plain_sql_and_copy_read_the_bound_tenant(a: Any, b: Any) -> None:
    for tenant, canary in ((a, "KANAREK-A"), (b, "KANAREK-B")):
        with bind(tenant):
            assert name() == canary
            raw = db.session.connection().connection.dbapi_connection
            with raw.cursor() as cursor, cursor.copy("COPY office_profile (name) TO STDOUT") as rows:
                assert b"".join(bytes(block) for block in rows) == f"{canary}\n".encode()


ENDINGS = [
    "COMMIT",
    "commit; select 1",
    "ROLLBACK",
    "END",
    "ABORT",
    "BEGIN",
    "START TRANSACTION",
    "PREPARE TRANSACTION 'x'",
]
SETTINGS = [
    "SET ROLE {other}", "set role none", "RESET ROLE", "SET SESSION AUTHORIZATION DEFAULT",
    "SET search_path TO {other}",
    "SET LOCAL ROLE {other}", "RESET ALL", "DISCARD ALL", "/* x */ SET ROLE {other}", "-- x\nSET ROLE {other}",
    "DO $$ BEGIN END $$", "CREATE TABLE t (a int)", "CALL nothing()", "ALTER ROLE {other} LOGIN",
    "GRANT {other} TO osiedle_app",
    "LISTEN osiedle_registry", "NOTIFY x", "DEALLOCATE ALL", "DECLARE c CURSOR FOR SELECT 1", "PREPARE p AS SELECT 1",
]  # fmt: skip


@pytest.mark.parametrize("statement", ENDINGS + SETTINGS)
def test_what_is_not_a_data_statement_does_not_leave(a: Any, b: Any, statement: str) -> None:
    with bind(a):
        assert name() == "KANAREK-A"
        with pytest.raises((TenantError, DBAPIError)):
            db.session.execute(text(statement.format(other=b.schema)))
        db.session.rollback()
        assert name() == "KANAREK-A"
        raw = db.session.connection().connection.dbapi_connection
        with pytest.raises((TenantError, psycopg.Error)):
            raw.execute(statement.format(other=b.schema).encode())
        db.session.rollback()
    with bind(b):
        assert name() == "KANAREK-B"
    with pytest.raises(NoTenantBound):
        db.session.execute(NAME)


def test_an_autocommit_connection_is_inside_the_tenant_too(a: Any, b: Any) -> None:
    for tenant, canary in ((a, "KANAREK-A"), (b, "KANAREK-B")):
        with bind(tenant), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            assert connection.execute(NAME).scalar_one() == canary
            assert whoami(connection) == tenant.schema
            connection.commit()
            assert connection.execute(NAME).scalar_one() == canary
    with pytest.raises(NoTenantBound), db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(NAME)
    with bind(a):
        assert name() == "KANAREK-A"


def in_thread(body: Callable[[], Any]) -> list[Any]:
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(body())
        except BaseException as error:  # the test looks at whatever came out
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


def test_a_new_thread_has_no_tenant(a: Any, app: Any) -> None:
    def read() -> str:
        with app.app_context():
            return name()

    with bind(a):
        assert isinstance(in_thread(read)[0], NoTenantBound)
        given_the_context = contextvars.copy_context()
        assert in_thread(lambda: given_the_context.run(read)) == ["KANAREK-A"]


FOREIGN = [
    "SELECT name FROM {other}.office_profile",
    "SELECT name FROM office_profile UNION ALL SELECT name FROM {other}.office_profile",
    "SELECT (SELECT name FROM {other}.office_profile)",
    "INSERT INTO {other}.office_profile (id, name, kind) VALUES (2, 'x', 'agency')",
    "UPDATE {other}.office_profile SET name = 'x'",
    "DELETE FROM {other}.office_profile",
    "WITH x AS (DELETE FROM {other}.office_profile RETURNING name) SELECT * FROM x",
    "TRUNCATE {other}.stage_units",
    "LOCK TABLE {other}.office_profile IN ACCESS SHARE MODE",
    "COPY {other}.office_profile TO STDOUT",
    "SELECT query_to_xml('select name from {other}.office_profile', true, true, '')",
    "SELECT nextval('{other}.accounts_id_seq')",
    "SELECT set_config('role', '{other}', true)",
    "SELECT set_config('role', '{other}', true), query_to_xml('select * from {other}.accounts', true, true, '')",
    "SELECT set_config('search_path', '{other}', false)",
    "UPDATE pg_settings SET setting = '{other}' WHERE name = 'role'",
    "SELECT slug FROM platform.tenants",
    "SELECT password_hash FROM platform.operators",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "COPY office_profile TO PROGRAM 'true'",
    "COPY office_profile FROM '/etc/passwd'",
    "SELECT 1; SET ROLE {other}",
    "SELECT 1; SELECT name FROM {other}.office_profile",
    "SELECT dblink('x', 'y')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'osiedle' AND pid <> pg_backend_pid()",
    "SELECT lo_get(loid) FROM pg_largeobject",
    "CREATE TEMP TABLE x (a int)",
    "SELECT 1 INTO TEMP x",
    "SELECT * INTO x FROM office_profile",
]


@pytest.mark.parametrize("statement", FOREIGN)
@pytest.mark.parametrize("bound_value", [False, True])
def test_injected_sql_reaches_no_other_schema(a: Any, b: Any, statement: str, bound_value: bool) -> None:
    """`bound_value` adds a parameter, which makes psycopg take its other protocol by itself."""
    attack = statement.format(other=b.schema)
    with bind(a):
        with pytest.raises((DBAPIError, TenantError, psycopg.Error)):
            if attack.startswith("COPY"):
                raw = db.session.connection().connection.dbapi_connection
                with raw.cursor() as cursor, cursor.copy(attack) as rows:
                    list(rows)
            else:
                tail = " /* :v */" if not bound_value else ""
                db.session.execute(text(attack + tail.replace(":v", "")), {"v": 1} if bound_value else {}).all()
        db.session.rollback()
        assert name() == "KANAREK-A"
        assert whoami(db.session) == a.schema
    with bind(b):
        assert name() == "KANAREK-B"


def test_the_database_itself_refuses_the_role(a: Any, b: Any, settings_of_app: Any) -> None:
    """Without any code of ours: the login's own rights, and the tenant role's."""
    with psycopg.connect(settings_of_app.app_database_url.replace("+psycopg", "")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT name FROM {a.schema}.office_profile".encode())
        connection.rollback()
        connection.execute(f"SET LOCAL ROLE {a.schema}".encode())
        assert connection.execute(f"SELECT name FROM {a.schema}.office_profile".encode()).fetchone() == ("KANAREK-A",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT name FROM {b.schema}.office_profile".encode())
        connection.rollback()
        for role in ("osiedle_platform", "osiedle"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SET ROLE {role}".encode())
            connection.rollback()
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolinherit, rolbypassrls, rolreplication "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False,) * 6


def test_the_platforms_login_enters_no_tenant(a: Any) -> None:
    with db.engines[PLATFORM].connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM platform.tenants")).scalar_one() >= 2
        for attack in (f"SET ROLE {a.schema}", f"SELECT name FROM {a.schema}.office_profile"):
            with pytest.raises(ProgrammingError):
                connection.execute(text(attack))
            connection.rollback()


@pytest.fixture
def settings_of_app(app: Any) -> Any:
    return app.settings


def test_names_of_other_schemas_tell_nothing(a: Any, b: Any) -> None:
    with bind(a):
        names = db.session.scalars(text("SELECT nspname FROM pg_namespace")).all()
        known = {"platform", "ext", "public", "information_schema"}
        others = [found for found in names if found not in known and not found.startswith("pg_")]
        assert b.schema in others
        assert all(re.fullmatch(r"t_[0-9]{5,12}", found) for found in others)
        assert not db.session.scalar(text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))


def test_a_session_serves_one_tenant_for_life(a: Any, b: Any) -> None:
    with bind(a):
        kept = db.session()
        profile = kept.get(OfficeProfile, 1)
        assert profile is not None
        assert profile.name == "KANAREK-A"
    with bind(b):
        assert db.session() is not kept
        with pytest.raises(AnotherTenantBound):
            kept.execute(NAME)
        kept.close()
        assert db.session.get(OfficeProfile, 1).name == "KANAREK-B"
    with pytest.raises(NoTenantBound):
        kept.execute(NAME)


def test_a_connection_kept_from_one_tenant_is_refused_under_another(a: Any, b: Any) -> None:
    with bind(a):
        connection = db.engine.connect()
        assert connection.execute(NAME).scalar_one() == "KANAREK-A"
    with bind(b), pytest.raises(AnotherTenantBound):
        connection.execute(NAME)
    connection.close()


def test_a_lost_connection_is_no_way_out(a: Any, b: Any, app: Any) -> None:
    with bind(a):
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(app.settings.database_url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s)", (pid,))
        with pytest.raises(DBAPIError):
            name()
        db.session.rollback()
        assert name() == "KANAREK-A"
        assert whoami(db.session) == a.schema
    with bind(b):
        assert name() == "KANAREK-B"


@pytest.mark.parametrize(
    "schema", ['t_00001"; SET ROLE x; --', "public", "platform", "T_00001", "t_1", "t_00001\n", ""]
)
def test_a_registry_row_that_was_tampered_with_is_refused(a: Any, schema: str) -> None:
    import dataclasses

    with bind(dataclasses.replace(a, schema=schema)), pytest.raises((ValueError, TenantError)):
        name()
