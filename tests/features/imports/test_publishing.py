"""What a package does to the books: published in one step, the same again unchanged, withdrawn, added, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import packages
from tests.factories.packages import Dialect
from tests.features.imports.doing import books, fingerprint, imports, publish, query, scalar, take_back

NBSP = "\xa0"
DIALECTS = {
    "utf-8": Dialect(),
    "utf-8 with a mark, commas, points": Dialect("utf-8-sig", ",", "."),
    "cp1250, tab, spaces": Dialect("cp1250", "\t", ",", " ", "%d.%m.%Y"),
    "cp1250, hard spaces": Dialect("cp1250", ";", ",", NBSP, "%d-%m-%Y"),
    "iso-8859-2, English": Dialect("iso8859_2", ",", ".", "", "%d.%m.%Y", "\n", polish=False),
    "cp852": Dialect("cp852", ";", ",", " ", "%d-%m-%Y"),
}


def tables(**changes: Any) -> dict[str, Any]:
    return packages.small() | changes


def test_every_dialect_gives_the_same_books(app: Any, tenant: Any, tmp_path: Path) -> None:
    first = publish(app, tenant, packages.archive(tmp_path / "first.zip", packages.small()))
    assert first["status"] == "published" and first["revision"] == 1
    state, written = books(app, tenant), fingerprint(app, tenant)
    assert len(state["ledger"]) == 3 and state["people"][0][2] == "Żółć"
    again = [
        packages.archive(tmp_path / f"{n}.zip", packages.small(), each) for n, each in enumerate(DIALECTS.values())
    ]
    again.append(packages.folder(tmp_path / "folder", packages.small(), replace(DIALECTS["cp852"], separator=",")))
    again.append(packages.workbook(tmp_path / "pl.xlsx", packages.small()))
    again.append(packages.workbook(tmp_path / "en.xlsx", packages.small(), polish=False))
    for path in again:
        report = publish(app, tenant, path)
        assert (report["status"], report["revision"], report["errors"]) == ("unchanged", 1, []), path.name
        assert report["sheets"]["ledger"] == {"rows": 3, "added": 0, "changed": 0, "withdrawn": 0, "unchanged": 3}
    assert fingerprint(app, tenant) == written and books(app, tenant) == state


def test_a_snapshot_withdraws_and_history_stays(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    before = books(app, tenant)
    less = tables(ledger=packages.small()["ledger"][:2], control=[["obroty", 2, Decimal("1246.86")]])
    less["ledger"][1][7] = Decimal("1234.57")
    less["control"] = [["obroty", 2, Decimal("1246.87")]]
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", less))
    assert report["sheets"]["ledger"] == {"rows": 2, "added": 0, "changed": 1, "withdrawn": 1, "unchanged": 1}
    assert report["sheets"]["units"]["unchanged"] == 2
    assert report["totals"] == {"ledger": {"debit": "1246.87", "credit": "0.00"}}
    assert scalar(app, tenant, "SELECT count(*) FROM ledger_entries") == 4
    assert books(app, tenant, 1) == before
    assert [row[0] for row in books(app, tenant)["ledger"]] == ["1", "2"]


def test_a_sheet_that_the_package_lacks_is_left_alone(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    before = books(app, tenant)
    only = {"ledger": packages.small()["ledger"][:1]}
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", only))
    assert report["status"] == "published" and list(report["sheets"]) == ["ledger"]
    now = books(app, tenant)
    assert now["people"] == before["people"] and len(now["ledger"]) == 1


def test_an_increment_only_adds_and_changes(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    changed = [*packages.small()["ledger"][2]]
    changed[8] = Decimal("999.99")
    new = ["4", "L2", "wpłata", None, date(2026, 11, 20), None, None, None, Decimal("0.01"), None, None]
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", {"ledger": [changed, new]}), mode="increment")
    assert report["sheets"]["ledger"] == {"rows": 2, "added": 1, "changed": 1, "withdrawn": 0, "unchanged": 0}
    assert [(row[0], row[8]) for row in books(app, tenant)["ledger"]] == [
        ("1", 0), ("2", 0), ("3", 99999), ("4", 1)
    ]  # fmt: skip


def test_a_dry_run_publishes_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    report = publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()), dry_run=True)
    assert (report["status"], report["revision"]) == ("checked", None)
    assert report["sheets"]["ledger"]["added"] == 3
    assert not any(books(app, tenant).values()) and imports(app, tenant) == [("checked", None)]


def test_the_stage_is_empty_afterwards(app: Any, tenant: Any, tmp_path: Path) -> None:
    for status, path in (
        ("published", packages.archive(tmp_path / "a.zip", packages.small())),
        ("unchanged", packages.archive(tmp_path / "b.zip", packages.small(), Dialect("cp1250"))),
        ("refused", packages.archive(tmp_path / "c.zip", tables(control=[["obroty", 9, None]]))),
    ):
        assert publish(app, tenant, path)["status"] == status
        assert scalar(app, tenant, "SELECT count(*) FROM stage_ledger") == 0


def test_undo_goes_back_and_can_be_undone(app: Any, tenant: Any, tmp_path: Path) -> None:
    states = {0: books(app, tenant)}
    for revision in (1, 2, 3):
        small = packages.small()
        rows = small["ledger"][: 4 - revision]
        publish(app, tenant, packages.archive(tmp_path / f"{revision}.zip", {**small, "ledger": rows, "control": []}))
        states[revision] = books(app, tenant)
    assert take_back(app, tenant, 3)["revision"] == 4
    assert books(app, tenant) == states[2]
    assert take_back(app, tenant, 3)["status"] == "unchanged"
    assert take_back(app, tenant, 4)["revision"] == 5
    assert books(app, tenant) == states[3]
    report = take_back(app, tenant, 1)
    assert (report["revision"], report["as_of"], report["id"]) == (6, None, None)
    assert report["sheets"]["units"]["withdrawn"] == 2 and books(app, tenant) == states[0]
    take_back(app, tenant, 6)
    assert books(app, tenant) == states[3]
    assert [books(app, tenant, revision) for revision in (1, 2, 3)] == [states[n] for n in (1, 2, 3)]


def test_pages_say_undone_only_while_it_is(app: Any, tenant: Any, tmp_path: Path) -> None:
    from app.imports import queries
    from tenants.context import bind
    from tests.features.imports.doing import ACTOR

    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    seen = []
    for _ in range(3):
        with app.app_context(), bind(tenant):
            seen.append(queries.imports(ACTOR, 1).rows[0].status)
        take_back(app, tenant, max(1, len(query(app, tenant, "SELECT 1 FROM revisions"))))
    assert seen == ["published", "undone", "published"]


def test_the_role_cannot_change_what_is_written(app: Any, tenant: Any, tmp_path: Path) -> None:
    from sqlalchemy.exc import ProgrammingError

    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    for statement in ("DELETE FROM ledger_entries RETURNING 1", "UPDATE ledger_entries SET debit = 1 RETURNING 1"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            query(app, tenant, statement)


def test_the_very_bytes_again_are_not_even_read(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    small["people"][1][4] = "to nie adres"
    first = packages.archive(tmp_path / "a.zip", small)
    done = publish(app, tenant, first)
    written = fingerprint(app, tenant)
    again = publish(app, tenant, first)
    assert (again["status"], again["revision"], again["as_of"]) == ("unchanged", 1, done["as_of"])
    assert again["totals"] == done["totals"] and again["warnings"] == done["warnings"] != []
    assert again["sheets"]["people"] == {"rows": 2, "added": 0, "changed": 0, "withdrawn": 0, "unchanged": 2}
    assert fingerprint(app, tenant) == written
    assert publish(app, tenant, first, dry_run=True)["status"] == "checked"
    take_back(app, tenant, 1)
    assert publish(app, tenant, first)["revision"] == 3, "the books no longer stand at it"


def test_an_increment_is_not_a_snapshot_of_the_same_bytes(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    less = packages.archive(tmp_path / "b.zip", {"ledger": packages.small()["ledger"][:1]})
    assert publish(app, tenant, less, mode="increment")["status"] == "unchanged"
    report = publish(app, tenant, less)
    assert (report["status"], report["sheets"]["ledger"]["withdrawn"]) == ("published", 2)


def test_rows_in_another_order_change_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    publish(app, tenant, packages.archive(tmp_path / "a.zip", small))
    written = fingerprint(app, tenant)
    turned = {sheet: rows[::-1] for sheet, rows in small.items()}
    assert publish(app, tenant, packages.archive(tmp_path / "b.zip", turned))["status"] == "unchanged"
    assert fingerprint(app, tenant) == written
