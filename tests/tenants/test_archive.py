"""A tenant goes into one file and comes back equal; a file that was touched does not come in at all."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.gateways.files import Folder
from tenants import archive
from tenants.archive import BadArchive, Manifest, export, exporting, read_manifest, restore
from tenants.errors import ProvisioningFailed, UnknownTenant
from tenants.migrating import steps
from tenants.provisioning import SlugTaken

AWKWARD = [
    "zażółć gęślą jaźń", "tab\there", "line\nbreak", "back\\slash", "\\N", "\\.", '"quoted"', "", "a,b;c",
    "emoji 🏠", "\u2028", "=1+1", "' OR 1=1 --",
]  # fmt: skip
LEFT_OUT = frozenset({"account_sessions", "account_tokens"})


def fill(session: Any) -> None:
    """Rows with everything that a text format could trip over, in tables that refer to each other."""
    session.execute(text("INSERT INTO office_profile (id, name, kind, hours) VALUES (1, 'SM', 'cooperative', NULL)"))
    for number, value in enumerate(AWKWARD):
        account = session.execute(
            text(
                "INSERT INTO accounts (public_id, login, login_key, role, person_code) "
                "VALUES (:id, :value, :id, 'resident', NULL) RETURNING id"
            ),
            {"id": f"p{number}", "value": value},
        ).scalar_one()
        session.execute(
            text("INSERT INTO account_units (account_id, unit_code) VALUES (:account, :value)"),
            {"account": account, "value": value},
        )
        session.execute(
            text(
                "INSERT INTO account_sessions (secret_digest, account_id, expires_at) "
                "VALUES (:digest, :account, now() + interval '1 day')"
            ),
            {"digest": bytes([number, 0, 255]), "account": account},
        )
        session.execute(
            text(
                "INSERT INTO audit_entries (actor_kind, actor, action, subject, detail) "
                "VALUES ('system', 'x', 'y', :value, jsonb_build_object('a', CAST(:value AS text)))"
            ),
            {"value": value},
        )
    session.execute(
        text("INSERT INTO stage_buildings (row_no, code) SELECT n, 'B' || n FROM generate_series(1, 50) AS n")
    )


@pytest.fixture
def storage(tmp_path: Path) -> Folder:
    folder = tmp_path / "files"
    folder.mkdir()
    return Folder(folder)


@pytest.fixture
def made(place: Any, storage: Folder) -> Any:
    """A tenant with rows and files."""
    tenant = place.provision("alfa", seed=fill, contact={"phone": "76 1"})
    folder = storage.root / tenant.schema / "imports" / "2026"
    folder.mkdir(parents=True)
    (folder / "paczka ąę.xlsx").write_bytes(bytes(range(256)) * 5000)
    (folder / "empty").write_bytes(b"")
    return tenant


def contents(manifest: Manifest) -> list[tuple[str, int, str]]:
    parts = [(table.name, table.rows, table.sha256) for table in manifest.tables]
    return parts + [(file.path, file.size, file.sha256) for file in manifest.files]


def test_export_and_restore_are_equal(place: Any, made: Any, storage: Folder, tmp_path: Path) -> None:
    first = export(place.owner, "alfa", tmp_path / "a.zip", storage=storage, leave_out=LEFT_OUT)
    assert {table.name: table.rows for table in first.tables}["accounts"] == len(AWKWARD)
    assert not [table.name for table in first.tables if table.name in LEFT_OUT or table.name.startswith("stage_")]
    assert read_manifest(tmp_path / "a.zip") == first
    assert oct((tmp_path / "a.zip").stat().st_mode)[-3:] == "600"
    back = restore(place.owner_url, tmp_path / "a.zip", slug="beta", base_domain="osiedle.test", storage=storage)
    assert back.schema != made.schema
    assert (back.slug, back.name, back.kind, back.contact) == ("beta", made.name, made.kind, {"phone": "76 1"})
    second = export(place.owner, "beta", tmp_path / "b.zip", storage=storage, leave_out=LEFT_OUT)
    assert contents(first) == contents(second)
    assert {table.name for table in first.tables} == {table.name for table in second.tables}
    assert place.rows(f"SELECT count(*) FROM {back.schema}.account_sessions") == [(0,)]


def test_new_rows_get_new_numbers_after_a_restore(place: Any, made: Any, storage: Folder, tmp_path: Path) -> None:
    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    back = restore(place.owner_url, tmp_path / "a.zip", slug="beta", base_domain="x.test", storage=storage)
    with psycopg.connect(place.owner) as connection:
        connection.execute(f'SET ROLE "{back.schema}"'.encode())
        row = connection.execute(
            f"INSERT INTO {back.schema}.audit_entries (actor_kind, actor, action, subject) "
            "VALUES ('system', 'x', 'y', 'z') RETURNING id".encode()
        ).fetchone()
    assert row == (len(AWKWARD) + 1,)


def test_the_same_name_when_it_is_free_and_a_refusal_when_it_is_not(
    place: Any, made: Any, storage: Folder, tmp_path: Path
) -> None:
    from tenants.provisioning import remove

    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    before = place.traces()
    with pytest.raises(SlugTaken):
        restore(place.owner_url, tmp_path / "a.zip", slug=None, base_domain="x.test", storage=storage)
    assert place.traces() == before
    assert [folder.name for folder in storage.root.iterdir()] == [made.schema]
    remove(place.owner_url, "alfa")
    back = restore(place.owner_url, tmp_path / "a.zip", slug=None, base_domain="x.test", storage=storage)
    assert back.slug == "alfa"
    assert back.schema != made.schema


def test_an_archive_of_an_earlier_revision_is_restored_on_that_revision(
    place: Any, made: Any, storage: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is one step ahead of the archive: the schema is made as it was, to be migrated afterwards."""
    from tenants import migrating, provisioning

    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    old = steps()
    newer = replace(old[-1], revision="x001", down_revision=old[-1].revision, statements=())
    monkeypatch.setattr(migrating, "steps", lambda location=None: (*old, newer))
    monkeypatch.setattr(provisioning, "head_revision", lambda: "x001")
    back = restore(place.owner_url, tmp_path / "a.zip", slug="beta", base_domain="x.test", storage=storage)
    assert back.revision == old[-1].revision
    assert place.rows(f"SELECT count(*) FROM {back.schema}.accounts") == [(len(AWKWARD),)]


def test_an_unknown_tenant_leaves_no_file(place: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownTenant):
        export(place.owner, "nobody", tmp_path / "a.zip")
    assert list(tmp_path.glob("*zip*")) == []


def test_a_failing_settlement_leaves_nothing(place: Any, made: Any, storage: Folder, tmp_path: Path) -> None:
    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    before = place.traces()

    def settle(session: Any) -> None:
        session.execute(text("SELECT 1 / 0"))

    with pytest.raises(ProvisioningFailed):
        restore(place.owner_url, tmp_path / "a.zip", slug="beta", base_domain="x.test", storage=storage, settle=settle)
    assert place.traces() == before
    assert [folder.name for folder in storage.root.iterdir()] == [made.schema]


def rewrite(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(source) as archive_file:
        members = {name: archive_file.read(name) for name in archive_file.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, content in members.items():
            archive_file.writestr(name, content)
    return target


def manifest_of(members: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members[archive.MANIFEST])
    return found


def amended(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[archive.MANIFEST] = json.dumps(manifest_of(members) | values).encode()

    return change


def one_byte(members: dict[str, bytes]) -> None:
    members["tables/accounts.csv"] = members["tables/accounts.csv"].replace(b"resident", b"Resident", 1)


def a_row_less(members: dict[str, bytes]) -> None:
    members["tables/audit_entries.csv"] = members["tables/audit_entries.csv"].rsplit(b"\n", 2)[0] + b"\n"


def without_a_table(members: dict[str, bytes]) -> None:
    del members["tables/accounts.csv"]


def with_a_stranger(members: dict[str, bytes]) -> None:
    members["tables/evil.csv"] = b"x"


def climbing(members: dict[str, bytes]) -> None:
    found = manifest_of(members)
    found["files"][0]["path"] = "../../evil"
    members["files/../../evil"] = members.pop("files/imports/2026/empty")
    members[archive.MANIFEST] = json.dumps(found).encode()


def foreign_table(members: dict[str, bytes]) -> None:
    found = manifest_of(members)
    for table in found["tables"]:
        if table["name"] == "audit_entries":
            table["name"] = 'x"; DROP SCHEMA platform CASCADE; --'
            members[f"tables/{table['name']}.csv"] = members.pop("tables/audit_entries.csv")
    members[archive.MANIFEST] = json.dumps(found).encode()


def foreign_column(members: dict[str, bytes]) -> None:
    found = manifest_of(members)
    found["tables"][0]["columns"][0] = "xmin"
    members[archive.MANIFEST] = json.dumps(found).encode()


def another_file(members: dict[str, bytes]) -> None:
    name = next(name for name in members if name.startswith("files/") and members[name])
    members[name] = members[name][::-1]


@pytest.mark.parametrize(
    "change",
    [
        one_byte, a_row_less, without_a_table, with_a_stranger, climbing, foreign_table, foreign_column, another_file,
        amended(format=3), amended(revision="from the future"), amended(tables=3), amended(extra=1),
        lambda members: members.pop(archive.MANIFEST), lambda members: members.update({archive.MANIFEST: b"{"}),
        lambda members: members.update({archive.MANIFEST: b"[]"}),
    ],
)  # fmt: skip
def test_an_archive_that_was_touched_is_refused_and_leaves_nothing(
    place: Any, made: Any, storage: Folder, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    bad = rewrite(tmp_path / "a.zip", tmp_path / "bad.zip", change)
    before = place.traces()
    with pytest.raises(BadArchive):
        restore(place.owner_url, bad, slug="beta", base_domain="x.test", storage=storage)
    assert place.traces() == before
    assert [folder.name for folder in storage.root.iterdir()] == [made.schema]
    assert not (tmp_path / "evil").exists()


def as_format_1(owner: str, schema: str) -> Callable[[dict[str, bytes]], None]:
    """The archive as the first version of the program wrote it: PostgreSQL's text format, and no types."""

    def change(members: dict[str, bytes]) -> None:
        found = manifest_of(members) | {"format": 1}
        with psycopg.connect(owner) as connection:
            for table in found["tables"]:
                del table["types"], members[f"tables/{table['name']}.csv"]
                names = ", ".join(f'"{column}"' for column in table["columns"])
                query = f'COPY {schema}."{table["name"]}" ({names}) TO STDOUT'.encode()
                with connection.cursor().copy(query) as rows:
                    content = b"".join(rows)
                members[f"tables/{table['name']}.copy"] = content
                table.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        members[archive.MANIFEST] = json.dumps(found).encode()

    return change


def test_an_archive_of_the_first_format_is_restored_equal(
    place: Any, made: Any, storage: Folder, tmp_path: Path
) -> None:
    first = export(place.owner, "alfa", tmp_path / "a.zip", storage=storage, leave_out=LEFT_OUT)
    old = rewrite(tmp_path / "a.zip", tmp_path / "old.zip", as_format_1(place.owner, made.schema))
    assert read_manifest(old).format == 1
    restore(place.owner_url, old, slug="beta", base_domain="x.test", storage=storage)
    second = export(place.owner, "beta", tmp_path / "b.zip", storage=storage, leave_out=LEFT_OUT)
    assert contents(first) == contents(second)


def test_a_row_that_breaks_a_rule_of_the_schema_is_refused(
    place: Any, made: Any, storage: Folder, tmp_path: Path
) -> None:
    def change(members: dict[str, bytes]) -> None:
        content = members["tables/accounts.csv"].replace(b"resident", b"overlord")
        members["tables/accounts.csv"] = content
        found = manifest_of(members)
        for table in found["tables"]:
            if table["name"] == "accounts":
                table["sha256"], table["size"] = hashlib.sha256(content).hexdigest(), len(content)
        members[archive.MANIFEST] = json.dumps(found).encode()

    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    bad = rewrite(tmp_path / "a.zip", tmp_path / "bad.zip", change)
    with pytest.raises(BadArchive, match="accounts"):
        restore(place.owner_url, bad, slug="beta", base_domain="x.test", storage=storage)
    assert place.traces()[0] == ["alfa"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_archive_is_refused(place: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(BadArchive):
        restore(place.owner_url, tmp_path / "a.zip", slug="beta", base_domain="x.test")


def test_a_damaged_archive_is_refused(place: Any, made: Any, storage: Folder, tmp_path: Path) -> None:
    export(place.owner, "alfa", tmp_path / "a.zip", storage=storage)
    whole = (tmp_path / "a.zip").read_bytes()
    for number, damaged in enumerate((whole[: len(whole) // 2], whole[:200] + b"\0" * 60 + whole[260:])):
        path = tmp_path / f"bad{number}.zip"
        path.write_bytes(damaged)
        with pytest.raises(BadArchive):
            restore(place.owner_url, path, slug="beta", base_domain="x.test", storage=storage)
    assert place.traces()[0] == ["alfa"]


def test_the_export_is_one_moment(place: Any, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed while tables are being read is in none of them."""
    original = exporting._export_table

    def while_others_write(*arguments: Any) -> Any:
        part = original(*arguments)
        with psycopg.connect(place.owner) as connection:
            for table in ("accounts", "audit_entries"):
                connection.execute(f"DELETE FROM {made.schema}.{table} WHERE id = 1".encode())
        return part

    monkeypatch.setattr(exporting, "_export_table", while_others_write)
    manifest = export(place.owner, "alfa", tmp_path / "a.zip")
    rows = {table.name: table.rows for table in manifest.tables}
    assert rows["accounts"] == rows["audit_entries"] == len(AWKWARD)
    assert asdict(manifest)["revision"] == made.revision
