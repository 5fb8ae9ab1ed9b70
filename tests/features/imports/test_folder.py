"""A manager's folder: what is dropped there becomes one import and is put away with its report."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core import runtime
from app.gateways import watched
from app.imports import watching
from tenants.context import Mode, bind
from tests.features.api.asking import package, work_off
from tests.features.imports.doing import change, imports, query, scalar
from tests.features.statements import banks
from tests.worker.conftest import ended, process
from worker import sweeps


@pytest.fixture
def root(app: Any, tmp_path: Path) -> Iterator[Path]:
    """A root of folders for this test, in which nobody waits for files to be quiet."""
    before, folder = runtime.settings(), tmp_path / "import"
    folder.mkdir()
    runtime.install(replace(before, imports_dir=folder, imports_quiet=0))
    yield folder
    runtime.install(before)


@pytest.fixture
def here(root: Path, tenant: Any) -> Path:
    made = root / str(tenant.slug)
    made.mkdir()
    return made


def look(app: Any, tenant: Any) -> bool:
    with app.app_context(), bind(tenant, Mode.BULK):
        return watching.look()


def lying(folder: Path) -> list[str]:
    """Names of what lies in a folder, without the stamps that files got when they were taken."""
    return sorted(path.name.split("-", 3)[-1] for path in folder.iterdir() if path.is_file() or path.is_symlink())


def report(folder: Path, name: str) -> dict[str, Any]:
    (found,) = [path for path in folder.iterdir() if path.name.endswith(f"{name}.report.json")]
    told: dict[str, Any] = json.loads(found.read_text())
    return told


def test_a_dropped_package_is_imported_and_put_away_with_its_report(app: Any, tenant: Any, here: Path) -> None:
    (here / "noc.zip").write_bytes(package(here.parent))
    assert look(app, tenant), "it is on its way"
    assert lying(here) == [] and lying(here / "working") == ["noc.zip"]
    work_off(app, tenant)
    assert not look(app, tenant)
    assert lying(here / "working") == [] and lying(here / "done") == ["noc.zip", "noc.zip.report.json"]
    told = report(here / "done", "noc.zip")
    assert (told["status"], told["revision"]) == ("published", 1)
    assert query(app, tenant, "SELECT source, created_by, file_name FROM imports") == [("folder", "folder", "noc.zip")]
    assert not look(app, tenant) and len(imports(app, tenant)) == 1


def test_a_package_with_errors_is_put_among_the_refused(app: Any, tenant: Any, here: Path) -> None:
    (here / "zła.csv").write_text("to;nie;paczka\n1;2;3\n")
    assert look(app, tenant)
    work_off(app, tenant)
    look(app, tenant)
    assert report(here / "refused", "zła.csv")["errors"]
    assert imports(app, tenant) == [("refused", None)]


def test_the_same_package_the_next_night_is_another_import(app: Any, tenant: Any, here: Path) -> None:
    for _night in range(2):
        (here / "noc.zip").write_bytes(package(here.parent))
        look(app, tenant)
        work_off(app, tenant)
        look(app, tenant)
    assert imports(app, tenant) == [("published", 1), ("unchanged", 1)]
    assert len(lying(here / "done")) == 4


def test_a_file_that_is_still_being_written_is_left_alone(app: Any, tenant: Any, here: Path) -> None:
    runtime.install(replace(runtime.settings(), imports_quiet=3600))
    file = here / "noc.zip"
    file.write_bytes(package(here.parent)[:100])
    os.utime(file, (1, 1))  # an old date of a copy says nothing: the kernel knows when it was written
    assert not look(app, tenant) and file.exists()
    for name in (".noc.zip", "noc.zip.part", "noc.zip.filepart", "noc.zip~", "NOC.TMP"):
        (here / name).write_bytes(b"x")
    runtime.install(replace(runtime.settings(), imports_quiet=0))
    assert [one.name for one in _dropped(here)] == ["noc.zip"]


def _dropped(here: Path) -> list[watched.Dropped]:
    with watched.opened(here.parent, here.name) as folder:
        assert folder is not None
        return folder.dropped()


def test_a_file_that_changes_while_it_is_read_is_read_again_later(
    app: Any, tenant: Any, here: Path, monkeypatch: Any
) -> None:
    (here / "noc.zip").write_bytes(package(here.parent))
    arrive = watching.arrive

    def meanwhile(*args: Any, **values: Any) -> Any:
        made = arrive(*args, **values)
        (late,) = (here / "working").iterdir()
        with late.open("ab") as file:
            file.write(b"more")
        return made

    monkeypatch.setattr(watching, "arrive", meanwhile)
    assert not look(app, tenant) and imports(app, tenant) == []
    monkeypatch.undo()
    assert look(app, tenant) and len(imports(app, tenant)) == 1


def test_links_devices_and_files_with_two_names_are_never_opened(app: Any, new_tenant: Any, root: Path) -> None:
    """Else whoever may write here could have somebody else's books read into these."""
    tenant, other = new_tenant(), new_tenant()
    here, there = root / tenant.slug, root / other.slug
    here.mkdir(), there.mkdir()
    (there / "noc.zip").write_bytes(package(root))
    (here / "a.zip").symlink_to(there / "noc.zip")
    os.link(there / "noc.zip", here / "b.zip")
    os.mkfifo(here / "c.zip")
    assert not look(app, tenant)
    assert imports(app, tenant) == [] and (there / "noc.zip").exists()
    for name in ("a.zip", "b.zip", "c.zip"):
        assert report(here / "refused", name)["errors"][0]["code"] == "foreign-file"


def test_a_folder_that_is_a_link_to_anothers_is_nobodys(app: Any, new_tenant: Any, root: Path) -> None:
    tenant, other = new_tenant(), new_tenant()
    (root / other.slug).mkdir()
    (root / other.slug / "noc.zip").write_bytes(package(root))
    (root / tenant.slug).symlink_to(root / other.slug)
    with app.app_context(), bind(tenant, Mode.BULK):
        with contextlib.suppress(OSError):
            assert not watching.look()
    assert (root / other.slug / "noc.zip").exists() and imports(app, tenant) == []


@pytest.mark.parametrize("place", ["done", "refused", "working"])
def test_a_place_that_is_a_link_gets_nothing(app: Any, new_tenant: Any, root: Path, place: str) -> None:
    tenant, other = new_tenant(), new_tenant()
    (root / other.slug).mkdir(), (root / tenant.slug).mkdir()
    (root / tenant.slug / place).symlink_to(root / other.slug)
    (root / tenant.slug / "noc.zip").write_bytes(package(root))
    with pytest.raises(OSError):
        look(app, tenant)
    assert list((root / other.slug).iterdir()) == []


@pytest.mark.parametrize(
    "name", ["Thumbs.db", "czytaj.exe", "noc.zip.exe", "brak", "x" * 250, "\udcff.exe", "a\nb.exe"]
)
def test_what_is_no_package_is_put_aside_and_said(app: Any, tenant: Any, here: Path, name: str) -> None:
    (here / name).write_bytes(b"x")
    assert not look(app, tenant)
    (told,) = [path for path in (here / "refused").iterdir() if path.name.endswith(".report.json")]
    assert json.loads(told.read_text())["errors"][0]["code"] == "not-taken"
    assert imports(app, tenant) == [] and lying(here) == []


def test_an_empty_file_is_refused(app: Any, tenant: Any, here: Path) -> None:
    (here / "noc.zip").write_bytes(b"")
    assert not look(app, tenant)
    assert report(here / "refused", "noc.zip")["error_count"] == 1


def test_packages_are_read_one_after_the_other_oldest_first(app: Any, tenant: Any, here: Path) -> None:
    for name in ("b.zip", "a.zip"):
        (here / name).write_bytes(package(here.parent))
    assert look(app, tenant) and look(app, tenant), "the second waits for the first"
    assert [row[0] for row in query(app, tenant, "SELECT file_name FROM imports")] == ["b.zip"]
    work_off(app, tenant)
    assert look(app, tenant) or look(app, tenant)
    assert [row[0] for row in query(app, tenant, "SELECT file_name FROM imports ORDER BY id")] == ["b.zip", "a.zip"]


def test_the_name_says_that_a_package_only_adds(app: Any, tenant: Any, here: Path) -> None:
    (here / "noc.increment.zip").write_bytes(package(here.parent))
    look(app, tenant)
    (here / "budynki.Increment.csv").write_text("kod;ulica;numer;kod_pocztowy;miejscowość\nB9;Lipowa;1;67-200;Głogów\n")
    work_off(app, tenant)
    look(app, tenant)
    work_off(app, tenant)
    assert query(app, tenant, "SELECT file_name, mode, status FROM imports ORDER BY id") == [
        ("noc.zip", "increment", "published"),
        ("budynki.csv", "increment", "published"),
    ]


def test_a_package_that_waits_for_a_yes_stays_and_holds_up_no_other(app: Any, tenant: Any, here: Path) -> None:
    (here / "noc.zip").write_bytes(package(here.parent))
    look(app, tenant)
    change(app, tenant, "UPDATE imports SET status = 'waiting'")
    (here / "next.zip").write_bytes(package(here.parent))
    assert look(app, tenant) and len(imports(app, tenant)) == 2
    assert lying(here / "working") == ["next.zip", "noc.zip"]
    change(app, tenant, "UPDATE imports SET status = 'rejected' WHERE status = 'waiting'")
    look(app, tenant)
    assert "noc.zip" in lying(here / "refused")


def test_the_scheduler_asks_for_a_look_only_where_something_waits(app: Any, tenant: Any, here: Path) -> None:
    sweeps.watch_imports(app, thoroughly=False)
    assert query(app, tenant, "SELECT 1 FROM jobs WHERE name = 'imports.watch'") == []
    (here / "noc.zip").write_bytes(package(here.parent))
    sweeps.watch_imports(app, thoroughly=False)
    work_off(app, tenant, "imports.watch")
    assert len(imports(app, tenant)) == 1
    work_off(app, tenant)
    change(app, tenant, "UPDATE jobs SET run_after = now() WHERE name = 'imports.watch'")
    work_off(app, tenant, "imports.watch")
    assert lying(here / "done")


def test_without_a_folder_or_a_root_nothing_happens(app: Any, tenant: Any, root: Path) -> None:
    assert not look(app, tenant) and list(root.iterdir()) == []
    runtime.install(replace(runtime.settings(), imports_dir=None))
    assert not look(app, tenant)
    sweeps.watch_imports(app, thoroughly=True)


KILLS = int(os.environ.get("FOLDER_KILLS", "14"))
OURS = ("app/imports/", "app/gateways/", "app/core/")


def _counted(limit: int) -> Callable[[], int]:
    """Trace this process: it dies at the line of ours that is the `limit`-th; returns who tells how many there were."""
    seen = 0

    def trace(frame: Any, _event: str, _arg: Any) -> Any:
        nonlocal seen
        if any(part in frame.f_code.co_filename for part in OURS):
            seen += 1
            if seen == limit:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    return lambda: seen


def _killed_at(app: Any, tenant: Any, line: int) -> bool:
    """Look at the folder in a process that dies at a line of ours; whether it came to that."""

    def body() -> None:
        _counted(line)
        look(app, tenant)

    with process(app, body) as pid:
        return ended(pid, 30) == signal.SIGKILL


def _lines(app: Any, tenant: Any) -> int:
    """How many lines of ours an undisturbed look runs through."""
    counted = _counted(-1)
    look(app, tenant)
    sys.settrace(None)
    return counted()


def test_killed_anywhere_a_delivery_is_one_import_put_away_once(app: Any, tenant: Any, here: Path) -> None:
    """Processes that die all along the way of taking and of putting away; then work goes on as if nothing had been."""
    file, killed = package(here.parent), 0
    (here / "noc.zip").write_bytes(file)
    taking = _lines(app, tenant)
    work_off(app, tenant)
    putting = _lines(app, tenant)
    for number in range(1, KILLS + 1):
        (here / "noc.zip").write_bytes(file)
        killed += _killed_at(app, tenant, taking * number // (KILLS + 1))
        look(app, tenant)
        assert len(imports(app, tenant)) == number + 1
        work_off(app, tenant)
        killed += _killed_at(app, tenant, putting * number // (KILLS + 1))
        look(app, tenant)
        assert not look(app, tenant) and len(imports(app, tenant)) == number + 1
        assert lying(here) == [] and lying(here / "working") == []
        done = [name for name in lying(here / "done") if not name.startswith(".")]
        assert done == sorted(["noc.zip", "noc.zip.report.json"] * (number + 1))
    assert killed >= KILLS, "most of them did die on the way"


def test_a_banks_file_goes_to_its_reader_once(app: Any, tenant: Any, here: Path, monkeypatch: Any) -> None:
    """Killed after it was handed on and before it was put away, it is not handed on again."""
    file = banks.pko([banks.Move(45000)])
    (here / "wyciag.sta").write_bytes(file)
    put_away = watched.Folder.put_away
    monkeypatch.setattr(watched.Folder, "put_away", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        look(app, tenant)
    monkeypatch.setattr(watched.Folder, "put_away", put_away)
    assert not look(app, tenant)
    assert scalar(app, tenant, "SELECT count(*) FROM bank_files") == 1 and imports(app, tenant) == []
    assert lying(here / "done") == ["wyciag.sta", "wyciag.sta.report.json"]


def test_what_was_taken_a_month_ago_does_not_stay_in_the_folder(app: Any, tenant: Any, here: Path) -> None:
    look(app, tenant)  # makes the places
    old, young = "20260101-020000-0123456789abcdef", f"{datetime.now(UTC):%Y%m%d-%H%M%S}-0123456789abcdef"
    for name in (
        f"done/{old}-noc.zip", f"done/{old}-noc.zip.report.json", f"refused/{old}-zle.zip",
        f"done/{young}-nowa.zip", "done/nota od kogos.txt",
    ):  # fmt: skip
        (here / name).write_bytes(b"x")
    sweeps.tidy(app)
    assert lying(here / "done") == ["nota od kogos.txt", "nowa.zip"]
    assert lying(here / "refused") == []


def test_the_command_makes_the_folder_and_prints_it(
    app: Any, tenant: Any, flask_command: Any, environ: dict[str, str]
) -> None:
    for _time in range(2):
        told = flask_command("imports", "folder", tenant.slug, check=True).stdout.strip()
        assert told == str(Path(environ["OSIEDLE_VAR"]) / "import" / tenant.slug)
        assert sorted(path.name for path in Path(told).iterdir()) == ["done", "refused", "working"]
    assert flask_command("imports", "folder", "nobody").returncode == 1
