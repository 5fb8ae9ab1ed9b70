"""How fast books are imported: the whole import of a ZIP of CP1250 CSV files against a bare COPY of the same rows.

The rival copies typed rows, ready made, into a table with the same columns, indexes and constraints, and nothing
else. Ours reads, checks, compares, writes and numbers the revision. Rounds alternate on new tenants.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import resource
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from config.settings import libpq_url
from tests.bench import books, processes, readers, serving
from tests.bench.place import Place

UNITS = 2000
HEADER = ["nr", "lokal", "rodzaj", "konto", "data", "termin", "okres", "wn", "ma", "dokument", "tytuł"]
DAY = datetime.date(2021, 1, 1)


def entries(rows: int, every: int = 0) -> Iterator[list[str]]:
    """Ledger rows as text in canonical form; of one in `every`, if that is said, the amount differs."""
    for number in range(1, rows + 1):
        day = DAY + datetime.timedelta(days=number * 2100 // rows)
        amount = 10000 + number * 7919 % 90000 + (1 if every and number % every == 0 else 0)
        grosze = f"{amount // 100}.{amount % 100:02d}"
        unit, charge = f"L{number * 31 % UNITS + 1}", number % 3
        yield [
            f"{day.year}/{number:07d}", unit,
            "naliczenie" if charge else "wpłata", "woda" if number % 5 == 0 else "opłaty",
            day.isoformat(), day.isoformat() if charge else "", f"{day:%Y-%m}",
            grosze if charge else "", "" if charge else grosze,
            f"NAL/{day.month}/{day.year}/{number % 997}" if charge else f"WB {number % 251}",
            "Opłaty za używanie lokalu" if charge else f"Wpłata własna, przelew {number}",
        ]  # fmt: skip


def package(path: Path, rows: int, *, every: int = 0, encoding: str = "cp1250", dates: str = "%d.%m.%Y") -> Path:
    """A ZIP with buildings, units and the ledger; `dates` and `encoding` change its bytes, not its meaning."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("budynki.csv", "kod;ulica;numer;kod_pocztowy;miejscowość\r\nB1;Kościuszki;5;67-200;Głogów\r\n"
                         .encode(encoding))  # fmt: skip
        units = "".join(f"L{n};B1;{n};48,50\r\n" for n in range(1, UNITS + 1))
        archive.writestr("lokale.csv", f"kod;budynek;numer;powierzchnia\r\n{units}".encode(encoding))
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";")
        writer.writerow(HEADER)
        for row in entries(rows, every):
            day = datetime.date.fromisoformat(row[4]).strftime(dates)
            row[4], row[5] = day, day if row[5] else ""
            row[7], row[8] = row[7].replace(".", ","), row[8].replace(".", ",")
            writer.writerow(row)
        archive.writestr("obroty.csv", text.getvalue().encode(encoding))
    return path


def run(here: Place, rows: int = 200_000, rounds: int = 3, *, residents: bool = True) -> dict[str, Any]:
    """All ways, `rounds` times; prints and returns rows per second, ratios, WAL and the peak of memory in MB.

    `new_to_copy` is the speed of ours over that of the bare COPY; `again_to_new` of the very same file over our own
    first import, `same_to_new` of the same rows in a file of another dialect. `changed_to_same` is how many times as
    long it takes when one row in a hundred has changed. `*_wal_mb`: what was written ahead. `peak_mb`: this process,
    the reader of the file and what PostgreSQL holds for them alone. `p95_ratio`: what residents wait for /payments
    while a first import runs, over what they wait otherwise.
    """
    times: dict[str, list[float]] = {name: [] for name in ("copy", "new", "again", "same", "changed")}
    written: dict[str, list[float]] = {name: [] for name in ("new", "again", "same", "changed")}
    peaks: list[float] = []
    app = here.app
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        place = Path(folder)
        new = package(place / "new.zip", rows)
        same = package(place / "same.zip", rows, encoding="utf-8-sig", dates="%Y-%m-%d")
        changed = package(place / "changed.zip", rows, every=100)
        for _ in range(rounds):
            with _tenant(app) as tenant:
                times["copy"].append(_copy(app, tenant, rows))
                for name, path, status in (
                    ("new", new, "published"),
                    ("again", new, "unchanged"), ("same", same, "unchanged"), ("changed", changed, "published"),
                ):  # fmt: skip
                    with _memory(here) as peak, _wal(here, written[name]):
                        times[name].append(_import(tenant, path, status, rows))
                    peaks.append(peak[0])
        waited = _beside_residents(here, new, rows)[0] if residents else {}
    figures = {
        "rows": rows,
        **{f"{name}_rows_per_second": round(rows / median(seconds)) for name, seconds in times.items()},
        "new_to_copy": _ratio(times["copy"], times["new"]),
        "again_to_new": _ratio(times["new"], times["again"]),
        "same_to_new": _ratio(times["new"], times["same"]),
        "changed_to_same": _ratio(times["changed"], times["same"]),
        **{f"{name}_wal_mb": round(median(each), 2) for name, each in written.items()},
        "peak_mb": round(max(peaks)),
        **waited,
    }
    print(json.dumps(figures))
    return figures


def beside(here: Place, rows: int, rounds: int, *, rests: bool) -> dict[str, Any]:
    """Only what residents wait beside a first import, `rounds` times; `rests` lets their pages go first."""
    from app.imports import pacing

    pacing.RESTS = rests
    with tempfile.TemporaryDirectory() as folder, here.app.app_context():
        path = package(Path(folder) / "new.zip", rows)
        found = _beside_residents(here, path, rows, rounds)
    figures = {
        "rests": rests,
        "rows": rows,
        "p95_ratios": [each["p95_ratio"] for each in found],
        "p95_ratio": median(each["p95_ratio"] for each in found),
        "p95_alone_ms": median(each["p95_alone_ms"] for each in found),
        "p95_beside_ms": median(each["p95_beside_ms"] for each in found),
        "import_seconds": median(each["import_seconds"] for each in found),
    }
    print(json.dumps(figures))
    return figures


def _beside_residents(here: Place, path: Path, rows: int, rounds: int = 1) -> list[dict[str, float]]:
    """What residents of four other managers wait for their page, alone and beside a first import, in each round."""
    tenants = books.fill(here.settings, here.owner_url, tenants=4, units=50, entries=40)
    people = books.log_in(here.owner_url, tenants, 50, 10)
    found = []
    with serving.ours(here) as server:
        server.visits = [[each.tenant.host, f"osiedle={each.secret}"] for each in people]
        server.warm(here.postmaster)
        for _ in range(rounds):
            with readers.reading(server.port, server.visits) as alone:
                time.sleep(10)
            with _tenant(here.app) as tenant, readers.reading(server.port, server.visits) as busy:
                seconds = _import(tenant, path, "published", rows)
            found.append(
                {
                    "p95_alone_ms": round(1000 * readers.percentile(alone), 1),
                    "p95_beside_ms": round(1000 * readers.percentile(busy), 1),
                    "p95_ratio": round(readers.percentile(busy) / readers.percentile(alone), 2),
                    "import_seconds": round(seconds, 2),
                }
            )
    return found


@contextmanager
def _wal(here: Place, megabytes: list[float]) -> Iterator[None]:
    """How much was written ahead while the body ran, in MB."""
    with psycopg.connect(here.owner_url, autocommit=True) as owner:
        before = owner.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        yield
        found = owner.execute("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", before).fetchone()
    megabytes.append(float(found[0] if found else 0) / 2**20)


def _ratio(theirs: list[float], ours: list[float]) -> float:
    """How much faster the second is than the first, in the same round."""
    return round(median(a / b for a, b in zip(theirs, ours, strict=True)), 2)


@contextmanager
def _tenant(app: Any) -> Iterator[Any]:
    from tenants import provisioning

    slug, settings = f"bench{time.time_ns() % 10**9}", app.settings
    made = provisioning.provision(
        settings.database_url, slug=slug, name="Benchmark", kind="cooperative", base_domain=settings.base_domain
    )
    try:
        yield made
    finally:
        provisioning.remove(settings.database_url, slug)


def _import(tenant: Any, path: Path, status: str, rows: int) -> float:
    from app.core import work
    from app.core.actor import system
    from app.imports import commands
    from tenants.context import Mode, bind

    started = time.perf_counter()
    with bind(tenant, Mode.BULK):
        public_id = commands.begin(system("bench"), path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = commands.run(public_id, path)
    seconds = time.perf_counter() - started
    if report.status != status or report.sheets["ledger"].rows != rows:
        raise RuntimeError(f"{path.name}: {report.as_dict()}"[:500])
    return seconds


def _copy(app: Any, tenant: Any, rows: int) -> float:
    """Seconds for COPY of the typed rows into a twin of the ledger's table, in one transaction."""
    kinds = {"naliczenie": "charge", "wpłata": "payment", "woda": "water", "opłaty": "rent"}
    out = io.BytesIO()
    for row in entries(rows):
        amounts = (row[7].replace(".", "") or "0", row[8].replace(".", "") or "0")
        cells = [*row[:2], kinds[row[2]], kinds[row[3]], row[4], row[5] or "\\N", row[6], *amounts, *row[9:], "1"]
        out.write(("\t".join(cells) + "\n").encode())
    data = out.getvalue()
    scratch = f"scratch_{tenant.schema}"
    with psycopg.connect(libpq_url(app.settings.database_url), autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA {scratch}".encode())
        try:
            owner.execute(f"CREATE TABLE {scratch}.ledger (LIKE {tenant.schema}.ledger_entries INCLUDING ALL)".encode())
            columns = "entry, unit_code, kind, account, booked_on, due_on, period, debit, credit, document, title"
            started = time.perf_counter()
            with owner.transaction(), owner.cursor() as cursor:
                with cursor.copy(f"COPY {scratch}.ledger ({columns}, since_revision) FROM STDIN".encode()) as copy:
                    for at in range(0, len(data), 1 << 17):
                        copy.write(data[at : at + (1 << 17)])
            return time.perf_counter() - started
        finally:
            owner.execute(f"DROP SCHEMA {scratch} CASCADE".encode())


@contextmanager
def _memory(here: Place) -> Iterator[list[float]]:
    """The largest memory (MB) of this process, its children and the backends while the body runs.

    Pages that several processes share count in part; of a backend only what is its own.
    """
    peak = [0.0]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], _held(here.postmaster))

    if sys.platform != "linux":
        yield [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20]
        return
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _held(postmaster: int) -> float:
    total = _kilobytes("self", "Pss:")
    for children in Path("/proc/self/task").glob("*/children"):
        # A thread may end while it is looked at.
        with suppress(OSError):
            for pid in children.read_text().split():
                if pid != str(postmaster):
                    total += _kilobytes(pid, "Pss:")
    for pid in processes.tree(postmaster)[1:]:
        # PostgreSQL cleans up after all of its guests when it sees fit.
        with suppress(OSError):
            if b"autovacuum" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                total += _kilobytes(str(pid), "Pss_Anon:")
    return total / 1024


def _kilobytes(pid: str, line: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(each.split()[1]) for each in lines if each.startswith(line))
