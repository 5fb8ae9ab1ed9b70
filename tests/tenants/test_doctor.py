"""The doctor finds nothing wrong with schemas that we make, and names whatever would stop sharding by schema."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.doctor import citus_obstacles, size_warnings

ABOUT_THE_SERVER = {"extension", "preload", "roles", "version"}


def kinds(place: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.where) for one in citus_obstacles(place.owner) if one.kind not in ABOUT_THE_SERVER]


def test_our_own_schemas_are_ready_for_citus(place: Any) -> None:
    place.provision("alfa")
    assert kinds(place) == []
    assert size_warnings(place.owner) == []
    told = {one.kind: one.where for one in citus_obstacles(place.owner)}
    assert set(told) == {"extension", "preload", "roles"}, "an ordinary PostgreSQL, as in the tests"
    assert told["roles"] == "1 roles"


@pytest.mark.parametrize(
    ("statements", "kind", "thing"),
    [
        (("CREATE TABLE {s}.x (id bigint PRIMARY KEY REFERENCES platform.tenants (id))",),
         "foreign_key_out", "x.x_id_fkey"),
        (("CREATE TABLE {s}.x (id bigint)",), "no_primary_key", "x"),
        (("CREATE TABLE {s}.x (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",), "small_identity", "x.id"),
        (("CREATE TABLE {s}.x (LIKE {s}.units INCLUDING ALL) INHERITS ({s}.units)",), "inheritance", "x"),
        (("CREATE VIEW {s}.x AS SELECT id FROM platform.tenants",), "view_out", "x"),
        (("CREATE FUNCTION {s}.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",), "function", "x"),
        (("CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
          "CREATE TRIGGER x AFTER INSERT ON {s}.units EXECUTE FUNCTION public.nothing()"), "trigger", "units.x"),
        (("CREATE TABLE {s}.x (id bigint PRIMARY KEY)", "ALTER TABLE {s}.x OWNER TO {s}"), "owner", "x"),
    ],
)  # fmt: skip
def test_an_obstacle_is_named(place: Any, statements: tuple[str, ...], kind: str, thing: str) -> None:
    schema = place.provision("alfa").schema
    place.rows(f"GRANT CREATE ON SCHEMA {schema} TO {schema}")
    for statement in statements:
        place.rows(statement.format(s=schema))
    assert (kind, f"{schema}.{thing}") in kinds(place)


def test_a_schema_without_a_manager_is_named(place: Any) -> None:
    place.rows("CREATE SCHEMA t_00077")
    assert kinds(place) == [("stranger", "t_00077")]


def test_sharding_that_is_always_on_is_named(place: Any) -> None:
    name = place.owner.rsplit("/", 1)[1]
    place.rows(f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" SET citus.enable_schema_based_sharding = on')
    assert ("sharding_always", "database") in kinds(place)
