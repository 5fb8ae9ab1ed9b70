"""A tenant is there, complete, or not there at all; and its name never becomes part of SQL."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tenants import provisioning
from tenants.errors import ProvisioningFailed, UnknownTenant
from tenants.migrating import head_revision, steps_until
from tenants.names import BadSlug, checked_slug
from tenants.provisioning import SlugTaken
from tenants.schema import opening_statements, statements_for

ROOT = Path(__file__).resolve().parent.parent.parent
PROVISION = """
import sys, time
from tests.tenants.conftest import Place
def seed(session):
    print("inside", flush=True)
    time.sleep(float(sys.argv[3]))
try:
    Place(sys.argv[1]).provision(sys.argv[2], seed=seed)
    print("made", flush=True)
except Exception as error:
    print(type(error).__name__, flush=True)
"""


def run(place: Any, slug: str, pause: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PROVISION, place.owner, slug, str(pause)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_new_tenant_is_ready_at_once(place: Any) -> None:
    made = place.provision("alfa", contact={"phone": "76 1"})
    slugs, schemas, roles = place.traces()
    assert slugs == ["alfa"]
    assert schemas == roles == [made.schema]
    assert made.revision == head_revision()
    found = place.rows("SELECT status, database, contact->>'phone' FROM platform.tenants")
    assert found == [("active", "main", "76 1")]


def test_twice_at_once_in_threads_leaves_one(place: Any) -> None:
    def attempt(_number: int) -> str:
        try:
            return place.provision("alfa").slug
        except SlugTaken:
            return "taken"

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(attempt, range(4)))
    assert found == ["alfa", "taken", "taken", "taken"]
    slugs, schemas, roles = place.traces()
    assert (slugs, len(schemas), len(roles)) == (["alfa"], 1, 1)


def test_twice_at_once_in_processes_leaves_one(place: Any) -> None:
    both = [run(place, "alfa", 0.3) for _ in range(2)]
    said = sorted(process.communicate(timeout=60)[0].split()[-1] for process in both)
    assert said == ["SlugTaken", "made"]
    slugs, schemas, roles = place.traces()
    assert (slugs, len(schemas), len(roles)) == (["alfa"], 1, 1)


def test_a_failing_seed_leaves_nothing(place: Any) -> None:
    def seed(session: Any) -> None:
        session.execute(text("SELECT 1 / 0"))

    with pytest.raises(ProvisioningFailed):
        place.provision("alfa", seed=seed)

    def broken(session: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        place.provision("alfa", seed=broken)
    assert place.traces() == ([], [], [])
    assert place.provision("alfa").slug == "alfa"


def test_a_kind_that_does_not_exist_leaves_nothing(place: Any) -> None:
    with pytest.raises(ProvisioningFailed):
        place.provision("alfa", kind="castle")
    assert place.traces() == ([], [], [])


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.08])
def test_kill_9_in_the_middle_leaves_nothing(place: Any, delay: float) -> None:
    process = run(place, "alfa", 60)
    assert process.stdout is not None
    if delay:  # before the seed: somewhere in the statements
        time.sleep(0.4)
        wait_for_backend(place)
        time.sleep(delay)
    else:
        assert process.stdout.readline().strip() == "inside"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    settle(place)
    assert place.traces() == ([], [], [])
    assert place.provision("alfa").slug == "alfa"


def wait_for_backend(place: Any) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and not others(place):
        time.sleep(0.005)


def settle(place: Any) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and others(place):
        time.sleep(0.05)


def others(place: Any) -> int:
    rows = place.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(rows[0][0])


HOSTILE = [
    "console", "www", "WWW", " Console ", "t; drop", 't"; drop schema platform', "a" * 64, "a" * 31, "xn--d1acufc",
    "ab--cd", "pg-catalog", "аlfa", "ａｌｆａ", "alfa-", "-alfa", "1alfa", "a", "", "al_fa", "al.fa",
    "alfa\x00",
    "../etc", "public", "platform", "ext", "localhost", "ſpam", "İstanbul", "al fa", "alfa/", "%61lfa",
]  # fmt: skip


@pytest.mark.parametrize("slug", HOSTILE)
def test_hostile_names_are_refused(slug: str) -> None:
    with pytest.raises(BadSlug):
        checked_slug(slug)


def test_a_name_is_brought_to_its_normal_form() -> None:
    assert checked_slug(" Nadodrze\n") == "nadodrze"


@given(st.text(max_size=70))
def test_whatever_is_typed_only_plain_names_get_through(typed: str) -> None:
    try:
        slug = checked_slug(typed)
    except BadSlug:
        return
    assert 2 <= len(slug) <= 30
    assert slug.isascii()
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug[0].isalpha()
    assert slug[-1] != "-"


def test_a_hostile_name_makes_nothing(place: Any) -> None:
    with pytest.raises(BadSlug):
        place.provision('x"; DROP SCHEMA platform CASCADE; --')
    assert place.traces() == ([], [], [])


def test_removing_takes_schema_role_and_row_and_the_slug_is_free_for_a_new_schema(place: Any) -> None:
    first = place.provision("alfa")
    other = place.provision("beta")
    provisioning.remove(place.owner_url, "alfa")
    assert place.traces() == (["beta"], [other.schema], [other.schema])
    assert place.provision("alfa").schema != first.schema
    with pytest.raises(UnknownTenant):
        provisioning.remove(place.owner_url, "gamma")


def test_only_a_suspended_tenant_is_removed_when_asked_so(place: Any) -> None:
    made = place.provision("alfa")
    with pytest.raises(provisioning.NotSuspended):
        provisioning.remove(place.owner_url, "alfa", suspended_only=True)
    assert place.traces() == (["alfa"], [made.schema], [made.schema])


CATALOGUE = {
    "columns": """
        SELECT c.relname, c.relkind, c.relpersistence, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation::text,
            pg_get_expr(d.adbin, d.adrelid), a.attacl::text
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'v', 'p') ORDER BY 1, 4""",
    "constraints": """
        SELECT c.relname, k.conname, k.contype, k.condeferrable, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT i.indrelid::regclass::text, c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "privileges": """
        SELECT c.relname, c.relkind, c.relowner::regrole::text, c.relacl::text FROM pg_class c
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'S', 'v', 'p') ORDER BY 1""",
    "schema": "SELECT nspacl::text FROM pg_namespace WHERE nspname = %(schema)s",
    "defaults": """
        SELECT defaclobjtype, defaclacl::text FROM pg_default_acl
        WHERE defaclnamespace = %(schema)s::regnamespace ORDER BY 1""",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace",
    "triggers": """
        SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal""",
}


def catalogue(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[Any]]:
    """Everything that PostgreSQL knows of a schema, with its name taken out."""
    connection.execute("SET LOCAL search_path TO pg_catalog")  # so that every name is written with its schema
    return {
        part: [
            tuple(value.replace(schema, "SCHEMA") if isinstance(value, str) else value for value in row)
            for row in connection.execute(query.encode(), {"schema": schema}).fetchall()
        ]
        for part, query in CATALOGUE.items()
    }


def test_the_models_and_the_history_make_the_same_schema(place: Any) -> None:
    models, history = "t_9900001", "t_9900002"
    role = f'"{history}"'
    past = [part.replace("{role}", role) for step in steps_until(head_revision()) for part in step.statements]
    with psycopg.connect(place.owner) as connection:
        for statement in statements_for(models):
            connection.execute(statement.encode())
        for statement in [*opening_statements(history), *past]:
            connection.execute(statement.encode())
        ours, theirs = catalogue(connection, models), catalogue(connection, history)
        connection.rollback()
    for part, rows in ours.items():
        assert rows == theirs[part], f"{part} differ between the models and migrations/tenant"
    assert ours["columns"]
    assert ours["privileges"]
    assert ours["functions"] == ours["triggers"] == []
