"""`flask platform`, `flask operators`, `flask tenants`: results, sentences and exit codes.

One journey starts real processes; the rest calls the same commands in this one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.core.runtime import settings
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.operators.browser import Browser

COLUMNS = ["slug", "name", "kind", "status", "database", "schema", "revision", "units"]
PASSWORD = "Gawron-nad-Odrą-7"
ORDER = ("--name", "SM „Cicha”", "--kind", "cooperative", "--admin-email", "prezes@cicha.example")


def refused(done: Any, *words: str) -> None:
    """Exit code 1, nothing on stdout, one sentence with these words on stderr."""
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines[0]


def audit(slug: str) -> list[str]:
    with db.engines[PLATFORM].connect() as connection:
        return list(
            connection.execute(
                text("SELECT action FROM platform.audit_entries WHERE subject = :slug ORDER BY id"), {"slug": slug}
            ).scalars()
        )


@pytest.mark.usefixtures("app")
class TestPlatform:
    def test_upgrade_may_be_run_again(self, command: Any) -> None:
        done = command("platform", "upgrade", "--json")
        assert done.returncode == 0
        found = json.loads(done.stdout)
        assert found["before"] == found["after"]

    def test_doctor_finds_nothing_on_our_own_server(self, command: Any) -> None:
        done = command("platform", "doctor", "--json")
        assert (done.returncode, json.loads(done.stdout)) == (0, {"weaknesses": []})

    def test_doctor_names_what_is_open(self, command: Any, app: Any) -> None:
        import psycopg

        with psycopg.connect(app.settings.database_url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute("CREATE TABLE public.forgotten (a int)")
            try:
                done = command("platform", "doctor", "--json")
            finally:
                owner.execute("DROP TABLE public.forgotten")
        assert done.returncode == 1
        assert json.loads(done.stdout) == {"weaknesses": ["Schema public is not empty."]}


def test_operators_are_made_with_a_given_or_a_generated_password(command: Any, browser: Callable[..., Browser]) -> None:
    given = command("operators", "create", "Anna@Example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (given.returncode, given.stdout) == (0, "")
    assert browser().log_in("anna@example.com", PASSWORD).status_code == 303
    generated = command("operators", "create", "jan@example.com")
    assert generated.returncode == 0
    password = generated.stdout.strip()
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){4}[a-z2-9]{4}", password)
    assert browser().log_in("jan@example.com", password).status_code == 303
    refused(command("operators", "create", "jan@example.com"), "jan@example.com")
    refused(command("operators", "create", "kot@example.com", "--password-stdin", stdin="short\n"))
    refused(command("operators", "create", "not an address"))


def test_a_manager_from_first_to_last(
    flask_command: Any, command: Any, browser: Callable[..., Browser], context: Any, tmp_path: Path, post: Any
) -> None:
    made = flask_command("tenants", "create", "cicha", *ORDER, "--json")
    assert made.returncode == 0, made.stderr
    opened = json.loads(made.stdout)
    assert list(opened) == ["slug", "url", "admin_login", "activation_url"]
    assert (opened["slug"], opened["url"], opened["admin_login"]) == ("cicha", "http://cicha.osiedle.test/", "admin")
    assert opened["activation_url"].startswith("http://cicha.osiedle.test/")
    portal = browser("cicha.osiedle.test")
    assert portal.get("/login").status_code == 200
    assert portal.get(opened["activation_url"].removeprefix("http://cicha.osiedle.test")).status_code == 200
    refused(flask_command("tenants", "create", "cicha", *ORDER, "--json"), "cicha", "zajęta")

    listed = flask_command("tenants", "list", "--json")
    ours = next(found for found in json.loads(listed.stdout) if found["slug"] == "cicha")
    assert list(ours) == COLUMNS
    assert (ours["name"], ours["kind"], ours["status"], ours["database"], ours["units"]) == (
        "SM „Cicha”", "cooperative", "active", "main", 0
    )  # fmt: skip
    first_schema = ours["schema"]
    assert "SM „Cicha”" in command("tenants", "list").stdout

    tenant = context.extensions["tenants"].by_slug("cicha")
    with bind(tenant):
        assert db.session.execute(text("SELECT letter, address, state FROM outbox_items")).all() == [
            ("activation", "prezes@cicha.example", "queued")
        ]
        db.session.execute(
            text(
                "INSERT INTO account_sessions (secret_digest, account_id, expires_at) "
                "SELECT '\\x00', id, now() + interval '1 hour' FROM accounts"
            )
        )
        db.session.commit()

        db.session.execute(
            text(
                "INSERT INTO imports (public_id, file_name, size, sha256, source, created_by, status, storage_key) "
                "VALUES ('i', 'x.zip', 5, '\\x00', 'cli', 'x', 'running', :key)"
            ),
            {"key": f"{tenant.schema}/imports/i"},
        )
        db.session.commit()
    storage = Path(settings().storage_url.removeprefix("file://"))
    (storage / tenant.schema / "imports").mkdir(parents=True)
    (storage / tenant.schema / "imports" / "i").write_bytes(b"books")

    archive = tmp_path / "cicha.zip"
    exported = command("tenants", "export", "cicha", str(archive))
    assert exported.returncode == 0, exported.stderr
    refused(command("tenants", "restore", str(archive)), "zajęta", "--as")

    refused(command("tenants", "delete", "cicha", "--confirm", "cicha"), "suspend")
    assert command("tenants", "suspend", "cicha", "--reason", "koniec umowy").returncode == 0
    assert portal.get("/login").status_code == 503
    refused(command("tenants", "suspend", "cicha", "--reason", "znowu"))
    refused(command("tenants", "delete", "cicha", "--confirm", "cich"))
    assert command("tenants", "delete", "cicha", "--confirm", "cicha").returncode == 0
    assert portal.get("/login").status_code == 404
    refused(command("tenants", "delete", "cicha", "--confirm", "cicha"), "cicha")

    assert not (storage / first_schema).exists()

    back = command("tenants", "restore", str(archive), "--json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["schema"] != first_schema
    assert portal.get("/login").status_code == 200
    assert portal.get(opened["activation_url"].removeprefix("http://cicha.osiedle.test")).status_code != 200
    restored = context.extensions["tenants"].by_slug("cicha")
    with bind(restored):
        assert db.session.scalar(text("SELECT count(*) FROM account_sessions")) == 0
        assert db.session.scalar(text("SELECT count(*) FROM account_tokens")) == 0
        assert db.session.scalar(text("SELECT state FROM outbox_items")) == "held"
        assert list(db.session.scalars(text("SELECT name FROM jobs"))) == ["personal.erasures"]
        key, status = db.session.execute(text("SELECT storage_key, status FROM imports")).one()
        assert (key, status) == (f"{restored.schema}/imports/i", "failed")
        assert (storage / key).read_bytes() == b"books"
        assert db.session.scalar(text("SELECT email FROM accounts")) == "prezes@cicha.example"
    assert audit("cicha") == [
        "tenant.opened", "tenant.exported", "tenant.suspended", "tenant.deleted", "tenant.restored"
    ]  # fmt: skip


def test_with_a_password_there_is_no_activation_link(command: Any) -> None:
    done = command("tenants", "create", "jawna", *ORDER, "--admin-password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["activation_url"] is None
    weak = command("tenants", "create", "slaba", *ORDER, "--admin-password-stdin", stdin="haslo\n")
    refused(weak)
    assert "slaba" not in command("tenants", "list").stdout


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "slug", ["console", "www", "t; drop", "a" * 64, "xn--d1acufc", "аlfa", "alfa-", "", "a\x1b[31m"]
)
def test_hostile_names_get_one_sentence(command: Any, slug: str) -> None:
    done = command("tenants", "create", "--", slug) if not slug else command("tenants", "create", slug, *ORDER)
    if slug:
        refused(done)
        assert "\x1b" not in done.stderr
    else:
        assert done.returncode == 2


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "words",
    [
        ("tenants", "create", "nowa"),
        ("tenants", "create", "nowa", "--name", "x", "--kind", "castle", "--admin-email", "a@b.example"),
        ("tenants", "suspend", "nowa"),
        ("tenants", "delete", "nowa"),
        ("tenants", "nonsense"),
        ("operators", "create"),
    ],
)
def test_wrong_usage_is_exit_code_two(command: Any, words: tuple[str, ...]) -> None:
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.usefixtures("app")
def test_what_does_not_exist_is_refused(command: Any, tmp_path: Path) -> None:
    refused(command("tenants", "suspend", "nikt", "--reason", "x"), "nikt")
    refused(command("tenants", "resume", "nikt", "--reason", "x"), "nikt")
    refused(command("tenants", "export", "nikt", str(tmp_path / "x.zip")), "nikt")
    refused(command("tenants", "restore", str(tmp_path / "x.zip")))
    (tmp_path / "y.zip").write_bytes(b"no archive")
    refused(command("tenants", "restore", str(tmp_path / "y.zip")), "ZIP")
    refused(command("tenants", "export", "nikt", str(tmp_path / "no" / "folder.zip")))


def test_a_name_cannot_steer_the_terminal(command: Any, new_tenant: Any, app: Any) -> None:
    import psycopg

    made = new_tenant()
    with psycopg.connect(app.settings.database_url.replace("+psycopg", "")) as owner:
        owner.execute("UPDATE platform.tenants SET name = %s WHERE slug = %s", ("\x1b[2J zła", made.slug))
    assert "\x1b" not in command("tenants", "list").stdout
    assert "\x1b" not in command("tenants", "list", "--json").stdout


@pytest.mark.parametrize("words", [("platform", "upgrade"), ("tenants", "list"), ("tenants", "create", "nowa", *ORDER)])
def test_without_a_database_there_is_one_sentence(environ: dict[str, str], words: tuple[str, ...]) -> None:
    import os
    import subprocess
    import sys
    from pathlib import Path

    from config.local.processes import free_port

    nowhere = environ | {"DATABASE_URL": f"postgresql://osiedle:x@127.0.0.1:{free_port()}/osiedle"}
    done = subprocess.run(
        [os.fspath(Path(sys.executable).parent / "flask"), *words],
        env=nowhere, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    refused(done, "Baza danych nie odpowiada")
