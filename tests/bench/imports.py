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
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from config.settings import libpq_url

UNITS = 2000
HEADER = ["nr", "lokal", "rodzaj", "konto", "data", "termin", "okres", "wn", "ma", "dokument", "tytuł"]
DAY = datetime.date(2021, 1, 1)


def entries(rows: int, changed: int = 0) -> Iterator[list[str]]:
    """Ledger rows as text in canonical form; of the first `changed` the amount differs."""
    for number in range(1, rows + 1):
        day = DAY + datetime.timedelta(days=number * 2100 // rows)
        amount = 10000 + number * 7919 % 90000 + (1 if number <= changed else 0)
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


def package(path: Path, rows: int, *, changed: int = 0, encoding: str = "cp1250", dates: str = "%d.%m.%Y") -> Path:
    """A ZIP with buildings, units and the ledger; `dates` and `encoding` change its bytes, not its meaning."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("budynki.csv", "kod;ulica;numer;kod_pocztowy;miejscowość\r\nB1;Kościuszki;5;67-200;Głogów\r\n"
                         .encode(encoding))  # fmt: skip
        units = "".join(f"L{n};B1;{n};48,50\r\n" for n in range(1, UNITS + 1))
        archive.writestr("lokale.csv", f"kod;budynek;numer;powierzchnia\r\n{units}".encode(encoding))
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";")
        writer.writerow(HEADER)
        for row in entries(rows, changed):
            day = datetime.date.fromisoformat(row[4]).strftime(dates)
            row[4], row[5] = day, day if row[5] else ""
            row[7], row[8] = row[7].replace(".", ","), row[8].replace(".", ",")
            writer.writerow(row)
        archive.writestr("obroty.csv", text.getvalue().encode(encoding))
    return path


def run(app: Any, rows: int = 200_000, rounds: int = 3) -> dict[str, Any]:
    """All four ways, `rounds` times; prints and returns rows per second, ratios and the peak of memory in MB.

    `new_to_copy` is ours over the bare COPY; the others are over our own first import: `again` the
    same file, `same` the same rows in a file of another dialect, `changed` with one row in a hundred changed.
    """
    times: dict[str, list[float]] = {"copy": [], "new": [], "again": [], "same": [], "changed": []}
    peaks: list[float] = []
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        place = Path(folder)
        new = package(place / "new.zip", rows)
        same = package(place / "same.zip", rows, encoding="utf-8-sig", dates="%Y-%m-%d")
        changed = package(place / "changed.zip", rows, changed=rows // 100)
        for _ in range(rounds):
            with _tenant(app) as tenant:
                times["copy"].append(_copy(app, tenant, rows))
                for name, path, status in (
                    ("new", new, "published"),
                    ("again", new, "unchanged"), ("same", same, "unchanged"), ("changed", changed, "published"),
                ):  # fmt: skip
                    with _memory() as peak:
                        times[name].append(_import(tenant, path, status, rows))
                    peaks.append(peak[0])
    speed = {name: rows / median(seconds) for name, seconds in times.items()}
    figures = {
        "rows": rows,
        **{f"{name}_rows_per_second": round(value) for name, value in speed.items()},
        "new_to_copy": _ratio(times["copy"], times["new"]),
        "again_to_new": _ratio(times["new"], times["again"]),
        "same_to_new": _ratio(times["new"], times["same"]),
        "changed_to_new": _ratio(times["new"], times["changed"]),
        "peak_mb": round(max(peaks)),
    }
    print(json.dumps(figures))
    return figures


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
def _memory() -> Iterator[list[float]]:
    """The largest proportional share of memory (MB) of this process and its children while the body runs."""
    peak = [0.0]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], _held())

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


def _held() -> float:
    total = 0
    for process in ("self", *Path("/proc/self/task").glob("*/children")):
        for pid in ["self"] if process == "self" else Path(process).read_text().split():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
