"""Bank files from the command line, beside packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core import intake
from tenants.context import Mode, bind
from tests.factories import packages
from tests.features.imports.doing import query
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, ACTOR, books, credited, publish_books

PAID = Move(45000, target=ACCOUNTS["L1"])


def ran(flask_command: Any, tenant: Any, path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    done = flask_command("imports", "run", tenant.slug, str(path), "--json", *options)
    return done.returncode, json.loads(done.stdout or "{}")


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("camt", banks.camt([PAID])),
        ("elixir", banks.elixir([PAID], virtual=True)),
        ("mass", banks.mass([PAID])),
    ],
)
def test_a_bank_file_is_known_by_its_content(app: Any, tenant: Any, tmp_path: Path, form: str, content: bytes) -> None:
    publish_books(app, tenant, tmp_path / "first")
    path = tmp_path / "plik.txt"
    path.write_bytes(content)
    reader = intake.reader_for(path, path.name)
    assert reader is not None and reader is intake.reader_for(path, path.name, form)
    with app.app_context(), bind(tenant, Mode.BULK):
        assert reader.run(ACTOR, path, "auto", False)["format"] == form
    assert credited(app, tenant) == [("L1", 45000, "pending", None)]


def test_the_command_reads_a_bank_file_tries_it_and_knows_it_again(
    app: Any, tenant: Any, tmp_path: Path, flask_command: Any
) -> None:
    publish_books(app, tenant, tmp_path / "first")
    path = tmp_path / "plik.txt"
    path.write_bytes(banks.pko([PAID]))
    status, report = ran(flask_command, tenant, path, "--dry-run")
    assert (status, report["status"], credited(app, tenant)) == (0, "checked", [])
    assert query(app, tenant, "SELECT count(*) FROM bank_files") == [(0,)]
    status, report = ran(flask_command, tenant, path)
    assert (status, report["status"], report["format"]) == (0, "published", "mt940")
    assert credited(app, tenant) == [("L1", 45000, "pending", None)]
    status, report = ran(flask_command, tenant, path, "--format", "mt940")
    assert (status, report["status"]) == (0, "unchanged")
    assert credited(app, tenant) == [("L1", 45000, "pending", None)]


def test_what_is_not_as_said_is_refused_with_a_sentence_and_exit_1(
    app: Any, tenant: Any, tmp_path: Path, flask_command: Any
) -> None:
    path = tmp_path / "plik.txt"
    path.write_bytes(banks.camt([PAID]))
    status, report = ran(flask_command, tenant, path, "--format", "mt940")
    assert (status, report["status"], report["errors"][0]["code"]) == (1, "refused", "not-said")
    assert "nie jest w wybranym formacie" in report["errors"][0]["message"]


def test_a_package_is_still_a_package_and_takes_the_place_of_pending_payments(
    app: Any, tenant: Any, tmp_path: Path, flask_command: Any
) -> None:
    from datetime import date

    publish_books(app, tenant, tmp_path / "first")
    bank = tmp_path / "bank.zip"
    packages.zipped(bank, {"a.sta": banks.pko([PAID]), "b.txt": banks.mass([PAID])})
    assert ran(flask_command, tenant, bank)[1]["bookings"]["credited"] == 1
    package = packages.archive(tmp_path / "books.zip", books([("2", "L1", date(2026, 11, 10), "450.00")]))
    status, report = ran(flask_command, tenant, package)
    assert (status, report["status"]) == (0, "published") and "sheets" in report
    assert credited(app, tenant) == [("L1", 45000, "booked", "2")]
