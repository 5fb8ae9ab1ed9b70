"""`flask imports`: one JSON on standard output, sentences on standard error, 0, 1 or 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core import work
from app.imports.profiles import commands as profiles
from tenants.context import bind
from tests.factories import packages
from tests.features.imports.doing import ACTOR, books, imports


def test_run_repeat_refuse_undo(
    app: Any, new_tenant: Callable[..., Any], flask_command: Callable[..., Any], tmp_path: Path
) -> None:
    tenant = new_tenant(post=False)
    good = str(packages.archive(tmp_path / "a.zip", packages.small()))
    done = flask_command("imports", "run", tenant.slug, good, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report)[:8] == ["id", "status", "revision", "as_of", "sheets", "totals", "errors", "warnings"]
    assert (report["status"], report["revision"], report["errors"]) == ("published", 1, [])
    assert report["totals"] == {"ledger": {"debit": "1246.86", "credit": "1000.00"}}
    assert report["sheets"]["units"] == {"rows": 2, "added": 2, "changed": 0, "withdrawn": 0, "unchanged": 0}
    assert report["as_of"].endswith(("+01:00", "+02:00"))
    bad = packages.small()
    bad["ledger"][1][1] = "L9"
    refused = flask_command("imports", "run", tenant.slug, str(packages.workbook(tmp_path / "b.xlsx", bad)), "--json")
    assert refused.returncode == 1
    (error,) = json.loads(refused.stdout)["errors"]
    assert set(error) == {"sheet", "row", "column", "value", "code", "message"}
    assert (error["sheet"], error["row"], error["column"], error["value"]) == ("obroty", 3, "lokal", "L9")
    undone = flask_command("imports", "undo", tenant.slug, "1", "--json")
    assert undone.returncode == 0 and json.loads(undone.stdout)["revision"] == 2
    assert not any(books(app, tenant).values())
    assert imports(app, tenant) == [("published", 1), ("refused", 1)]


def test_wrong_usage_and_reasons(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant, runner = new_tenant(post=False), app.test_cli_runner()
    empty = tmp_path / "empty.zip"
    empty.write_bytes(b"")
    for code, words in (
        (2, ["run", tenant.slug, str(tmp_path / "missing.zip")]),
        (2, ["run", tenant.slug, str(empty), "--mode", "everything"]),
        (1, ["run", "nobody", str(empty)]),
        (1, ["run", tenant.slug, str(empty), "--format", "mt940"]),
        (1, ["run", tenant.slug, str(empty)]),
        (1, ["undo", tenant.slug, "7"]),
        (2, ["undo", tenant.slug, "seven"]),
    ):
        done = runner.invoke(args=["imports", *words])
        assert (done.exit_code, bool(done.stderr)) == (code, True), (words, done.output)
        assert done.exception is None or isinstance(done.exception, SystemExit)
    assert imports(app, tenant) == [("refused", None)]


def test_a_profile_is_named_on_the_command_line(
    app: Any, new_tenant: Callable[..., Any], flask_command: Callable[..., Any], tmp_path: Path
) -> None:
    tenant = new_tenant(post=False)
    with app.app_context(), bind(tenant):
        profile = profiles.create(ACTOR, "Mój program")
        people = {"tabs": ["lokatorzy"], "columns": {"code": {"column": "Id"}, "company": {"constant": "Firma"}}}
        profiles.map_sheets(ACTOR, profile.public_id, {"people": people})
        work.commit()
    path = tmp_path / "lokatorzy.csv"
    path.write_text("Id\nP1\n", encoding="utf-8")
    refused = flask_command("imports", "run", tenant.slug, str(path), "--profile", "Inny")
    assert refused.returncode == 1 and "„Inny”" in refused.stderr
    done = flask_command("imports", "run", tenant.slug, str(path), "--profile", "Mój program", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sheets"]["people"]["added"] == 1
    path.write_text("kod;nazwisko\nP1;Wąs\n", encoding="utf-8")
    lone = flask_command("imports", "run", tenant.slug, str(path), "--sheet", "people", "--json")
    assert json.loads(lone.stdout)["sheets"]["people"]["changed"] == 1
    assert flask_command("imports", "run", tenant.slug, str(path), "--sheet", "nothing").returncode == 2
