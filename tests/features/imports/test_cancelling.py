"""An import that somebody stops leaves nothing behind, whenever they press the button; undo is work for the workers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.core import work
from app.core.errors import Conflict, Refused
from app.imports import answers, commands, progress, running
from app.imports.reading import stream
from config.settings import libpq_url
from tenants.context import bind
from tests.factories import packages
from tests.features.imports.doing import ACTOR, books, fingerprint, imports, publish, query, scalar, take_back
from tests.features.imports.test_conservation import big_package
from tests.features.imports.test_killed import receive
from tests.features.imports.test_pages import Desk, desk  # noqa: F401
from tests.pages import inspect
from tests.worker.conftest import ended, process, until
from tests.worker.jobs import row
from worker import entry

Desks = Callable[..., Desk]


def press(app: Any, tenant: Any, act: Callable[[], Any]) -> None:
    with app.app_context(), bind(tenant):
        act()
        work.commit()


def small(path: Path) -> Path:
    return packages.archive(path, packages.small())


def stop(app: Any, tenant: Any) -> None:
    """Somebody presses the button of the newest import."""
    public_id = newest_id(app, tenant)
    press(app, tenant, lambda: commands.cancel(ACTOR, public_id))


def newest_id(app: Any, tenant: Any) -> str:
    return str(scalar(app, tenant, "SELECT public_id FROM imports ORDER BY id DESC LIMIT 1"))


def test_one_that_has_not_begun_never_begins(app: Any, tenant: Any, tmp_path: Path) -> None:
    public_id, job = receive(app, tenant, small(tmp_path / "a.zip"))
    press(app, tenant, lambda: commands.cancel(ACTOR, public_id))
    with app.app_context():
        entry.run(tenant.id, job)
    assert imports(app, tenant) == [("cancelled", None)] and not any(books(app, tenant).values())
    with pytest.raises(Conflict):
        press(app, tenant, lambda: commands.cancel(ACTOR, public_id))


def test_one_that_waits_for_its_neighbour_ends_at_its_turn(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    tenant = new_tenant(post=False)
    with psycopg.connect(libpq_url(app.settings.database_url)) as somebody:
        somebody.execute("SELECT pg_advisory_xact_lock(4217, %s)", (tenant.id,))
        with process(app, lambda: publish(app, tenant, small(tmp_path / "a.zip"))) as pid:
            until(lambda: imports(app, tenant) == [("running", None)])
            stop(app, tenant)
            somebody.rollback()
            assert ended(pid, 10) == 0
    assert imports(app, tenant) == [("cancelled", None)] and not any(books(app, tenant).values())


def test_one_that_is_being_read_stops_there(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant(post=False)
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
    path = packages.archive(tmp_path / "a.zip", big_package(1, 40_000))
    reports: list[Any] = []
    reader = threading.Thread(target=lambda: reports.append(publish(app, tenant, path)))
    reader.start()
    until(lambda: query(app, tenant, "SELECT 1 FROM imports WHERE (progress ->> 'rows')::int > 1000") != [])
    stop(app, tenant)
    reader.join()
    assert [report["status"] for report in reports] == ["cancelled"]
    assert imports(app, tenant) == [("cancelled", None)] and not any(books(app, tenant).values())
    assert publish(app, tenant, path)["status"] == "published"


@pytest.mark.parametrize(
    "lock",
    ["stage_ledger IN ACCESS EXCLUSIVE MODE", "ledger_entries IN SHARE MODE", "revisions IN SHARE MODE"],
    ids=["before reading", "while reading", "while writing"],
)
def test_a_statement_that_is_running_is_broken_off(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, lock: str
) -> None:
    tenant = new_tenant(post=False)
    _, job = receive(app, tenant, packages.archive(tmp_path / "a.zip", big_package(1, 3_000)))
    with psycopg.connect(libpq_url(app.settings.database_url)) as somebody:
        somebody.execute(f"LOCK TABLE {tenant.schema}.{lock}".encode())
        with process(app, lambda: entry.run(tenant.id, job)) as pid:
            until(lambda: waits_for_lock(app, tenant), 20)
            stop(app, tenant)
            assert ended(pid, 15) == 0, "it still waits"
        assert imports(app, tenant) == [("cancelled", None)] and row(app, tenant, job).state == "done"
        somebody.rollback()
    assert not any(books(app, tenant).values())
    if "stage" not in lock:
        assert scalar(app, tenant, "SELECT pg_relation_size('stage_units')") == 0, "the stage is left full"
    _, job = receive(app, tenant, tmp_path / "a.zip")
    with app.app_context():
        entry.run(tenant.id, job)
    assert imports(app, tenant)[1:] == [("published", 1)]


def test_a_statement_that_somebody_else_cancels_is_tried_again(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    tenant = new_tenant(post=False)
    _, job = receive(app, tenant, small(tmp_path / "a.zip"))
    with psycopg.connect(libpq_url(app.settings.database_url)) as somebody:
        somebody.execute(f"LOCK TABLE {tenant.schema}.revisions IN SHARE MODE".encode())
        with process(app, lambda: entry.run(tenant.id, job)) as pid:
            until(lambda: waits_for_lock(app, tenant), 20)
            somebody.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
                (f"{tenant.schema}.revisions",),
            )
            assert ended(pid, 15) == 0
    assert imports(app, tenant) == [("running", None)] and row(app, tenant, job).state == "waiting"


def test_a_package_that_is_slow_to_open_is_given_up(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant(post=False)
    started = stream._started
    children: list[int] = []

    def stopped(stderr: Any) -> Any:
        child = started(stderr)
        os.kill(child.pid, signal.SIGSTOP)
        children.append(child.pid)
        return child

    monkeypatch.setattr(stream, "_started", stopped)
    reports: list[Any] = []
    path = small(tmp_path / "a.zip")
    reader = threading.Thread(target=lambda: reports.append(publish(app, tenant, path)))
    reader.start()
    until(lambda: children)
    stop(app, tenant)
    reader.join(20)
    assert [report["status"] for report in reports] == ["cancelled"]
    assert imports(app, tenant) == [("cancelled", None)]


def waits_for_lock(app: Any, tenant: Any) -> bool:
    return bool(
        scalar(
            app, tenant,
            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
            "WHERE NOT l.granted AND c.relnamespace = CAST(:schema AS regnamespace)", schema=tenant.schema,
        )
    )  # fmt: skip


@pytest.mark.parametrize("moment", [("checking", 1), ("comparing", 1), ("writing", 1), ("writing", 2)], ids=str)
def test_the_button_pressed_between_two_stages(
    app: Any, tenant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: tuple[str, int]
) -> None:
    publish(app, tenant, small(tmp_path / "a.zip"))
    before, written = books(app, tenant), fingerprint(app, tenant)
    seen: list[str] = []

    class Pressed(progress.Progress):
        def stage(self, name: str) -> None:
            seen.append(name)
            if (name, seen.count(name)) == moment:
                # In a thread of its own: bindings do not nest.
                pressed = threading.Thread(target=lambda: stop(app, tenant))
                pressed.start()
                pressed.join()
            super().stage(name)

    monkeypatch.setattr(running, "Progress", Pressed)
    other = packages.small()
    other["ledger"] = other["ledger"][:1]
    path = packages.archive(tmp_path / "b.zip", {**other, "control": []})
    assert publish(app, tenant, path)["status"] == "cancelled"
    assert imports(app, tenant) == [("published", 1), ("cancelled", None)]
    assert books(app, tenant) == before
    if moment[0] != "writing":
        assert fingerprint(app, tenant) == written
    monkeypatch.undo()
    assert publish(app, tenant, path)["revision"] == 2


def test_it_says_how_far_it_is_and_how_long_it_takes(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant(post=False)
    publish(app, tenant, packages.archive(tmp_path / "a.zip", big_package(1, 3_000)))
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
    told: list[dict[str, Any]] = []

    class Heard(progress.Progress):
        """Looks, after each word of progress, at what the import's row says; from a thread, as bindings do not nest."""

        def _tell(self) -> None:
            super()._tell()
            listener = threading.Thread(
                target=lambda: told.append(scalar(app, tenant, "SELECT progress FROM imports ORDER BY id DESC LIMIT 1"))
            )
            listener.start()
            listener.join()

    monkeypatch.setattr(running, "Progress", Heard)
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", big_package(2, 6_000)))
    assert report["status"] == "published"
    assert [each["stage"] for each in told if each["stage"] != "reading"] == [
        "checking", "comparing", "writing", "writing",
    ]  # fmt: skip
    percents = [each["percent"] for each in told]
    assert percents == sorted(percents) and percents[-1] <= 100, percents
    assert all(each["left"] is None or each["left"] >= 0 for each in told)
    assert 5_000 < told[0]["total"] < 8_000, "as many as the last package had, by their sizes"


def test_the_button_is_on_the_page_while_it_can_do_something(desk: Desks, tmp_path: Path) -> None:  # noqa: F811
    staff = desk()
    page = staff.hand_over(small(tmp_path / "a.zip").read_bytes(), "a.zip").headers["Location"]
    assert "/cancel" in inspect(staff.get(page)) and "/cancel" not in desk("board", staff.tenant).get(page).text
    assert staff.press(f"{page}/cancel", page).status_code == 303
    shown = inspect(staff.get(page))
    assert "Import przerwany na życzenie" in shown and "/cancel" not in shown
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("cancelled", None)]
    inspect(staff.get("/admin/imports"))
    assert staff.post(f"{page}/cancel", {}, form="/admin/imports/new").status_code == 303
    assert "już się zakończył" in staff.get(page).text


def test_undo_takes_back_what_was_seen_and_nothing_newer(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish(app, tenant, small(tmp_path / "a.zip"))
    public_id = newest_id(app, tenant)
    with pytest.raises(Conflict):
        press(app, tenant, lambda: commands.ask_undo(ACTOR, public_id, 0))
    press(app, tenant, lambda: commands.ask_undo(ACTOR, public_id, 1))
    less = packages.small()
    publish(app, tenant, packages.archive(tmp_path / "b.zip", {"ledger": less["ledger"][:1]}))
    press(app, tenant, lambda: answers.undo_asked(public_id))
    assert scalar(app, tenant, "SELECT max(number) FROM revisions") == 2, "somebody published after the question"
    assert query(app, tenant, "SELECT progress ->> 'undo' FROM imports ORDER BY id")[0] == ("stale",)
    press(app, tenant, lambda: commands.ask_undo(ACTOR, public_id, 2))
    for _ in range(2):
        press(app, tenant, lambda: answers.undo_asked(public_id))
    assert scalar(app, tenant, "SELECT max(number) FROM revisions") == 3, "a job that runs twice does it once"
    assert not any(books(app, tenant).values())
    with pytest.raises(Refused):
        press(app, tenant, lambda: commands.ask_undo(ACTOR, public_id, 3))


def test_the_page_names_what_goes_with_it(desk: Desks, tmp_path: Path) -> None:  # noqa: F811
    staff = desk()
    page = staff.hand_over(small(tmp_path / "a.zip").read_bytes(), "a.zip").headers["Location"]
    staff.work_off()
    less = packages.archive(tmp_path / "b.zip", {"ledger": packages.small()["ledger"][:1]}).read_bytes()
    staff.hand_over(less, "nowsza.zip")
    staff.work_off()
    assert "nowsza.zip" in inspect(staff.get(f"{page}/undo"))
    take_back(staff.app, staff.tenant, 2)
    assert "nowsza.zip" not in inspect(staff.get(f"{page}/undo"))
