"""`flask imports run|undo`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup

from app.core import intake, work
from app.core.actor import system
from app.core.runtime import settings
from app.core.terminal import refusals
from app.gateways import watched
from app.imports import commands
from app.imports.reading.sheets import SHEETS
from app.imports.report import Report
from tenants.context import Mode, bind
from tenants.registry import Tenant

imports = AppGroup("imports", help="Read the manager's books.")
groups = [imports]
FORMATS = ("auto", "package", "mt940", "camt", "elixir", "mass")
DONE = ("published", "unchanged", "checked")


def tenant_called(slug: str) -> Tenant:
    """The tenant, or a sentence and exit 1."""
    found: Tenant | None = current_app.extensions["tenants"].by_slug(slug)
    if found is None:
        click.echo(f"Nie ma zarządcy „{slug}”.", err=True)
        sys.exit(1)
    if found.suspended:
        click.echo(f"Zarządca „{slug}” jest zawieszony.", err=True)
        sys.exit(1)
    return found


@imports.command("run")
@click.argument("tenant")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and compare, publish nothing.")
@click.option("--mode", type=click.Choice(commands.MODES), default="snapshot", show_default=True)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="auto", show_default=True)
@click.option("--profile", help="The manager's mapping of its own files; - for none, the standing one by default.")
@click.option("--sheet", type=click.Choice(tuple(SHEETS)), help="What a lone CSV file holds.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def run(
    tenant: str, path: Path, dry_run: bool, mode: str, kind: str, profile: str | None, sheet: str | None, as_json: bool
) -> None:
    """Read what lies at PATH into TENANT's portal, in this process: the exchange package, or a bank's file."""
    reader = intake.reader_for(path, path.name, kind)
    if reader is not None:
        with refusals(), bind(tenant_called(tenant), Mode.BULK):
            found = reader.run(system("cli"), path, kind, dry_run)
        _tell_file(found, as_json)
    with refusals(), bind(tenant_called(tenant), Mode.BULK):
        report = _run(path, mode=mode, dry_run=dry_run, profile=profile, sheet=sheet)
    _tell(report, as_json)
    sys.exit(0 if report.status in DONE else 1)


def _tell_file(found: dict[str, Any], as_json: bool) -> NoReturn:
    """Print the report of a file that is not a package, and end as it ended."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(", ".join([found["status"], *(f"{name} {count}" for name, count in found["bookings"].items())]))
        for level in ("errors", "warnings"):
            for finding in found[level][:50]:
                place = ", ".join(str(finding[part]) for part in ("sheet", "row") if finding[part] is not None)
                click.echo(f"  {level[:-1]}: {place}: {finding['message']}", err=True)
    sys.exit(0 if found["status"] in DONE else 1)


def _run(path: Path, **how: Any) -> Report:
    try:
        public_id = commands.begin(system("cli"), path, **how).public_id
    except OSError as error:
        click.echo(f"Nie da się odczytać „{path}”: {error.strerror}.", err=True)
        sys.exit(1)
    work.commit()
    try:
        return commands.run(public_id, path)
    except Exception as error:
        work.rollback()
        commands.fail(public_id, f"{type(error).__name__}: {error}")
        work.commit()
        raise


@imports.command("folder")
@click.argument("tenant")
def folder(tenant: str) -> None:
    """Make the folder that TENANT's programs drop packages into, if it is not there, and print its path."""
    found, root = tenant_called(tenant), settings().imports_dir
    if root is None:
        click.echo("Ustaw OSIEDLE_IMPORTS_DIR: folder, w którym są foldery zarządców.", err=True)
        sys.exit(1)
    with refusals(OSError):
        (root / found.slug).mkdir(parents=True, exist_ok=True, mode=0o770)
        with watched.opened(root, found.slug) as made:
            if made is None:
                click.echo(f"„{root / found.slug}” nie jest zwykłym folderem.", err=True)
                sys.exit(1)
    click.echo(str(root / found.slug))


@imports.command("undo")
@click.argument("tenant")
@click.argument("revision", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def undo(tenant: str, revision: int, as_json: bool) -> None:
    """Return TENANT's books to the state before REVISION."""
    with refusals(), bind(tenant_called(tenant), Mode.BULK):
        report = commands.undo(system("cli"), revision)
        work.commit()
    _tell(report, as_json)


def _tell(report: Report, as_json: bool) -> None:
    found: dict[str, Any] = report.as_dict()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"{found['status']}, revision {found['revision'] or '–'}")
    if report.status == "waiting":
        click.echo("Paczka zmienia więcej, niż pozwalają ustawienia zarządcy: czeka na zgodę w panelu.", err=True)
    for sheet, counts in found["sheets"].items():
        click.echo(f"  {sheet}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    for level in ("errors", "warnings"):
        for finding in found[level][:50]:
            place = ", ".join(str(finding[part]) for part in ("sheet", "row", "column") if finding[part] is not None)
            click.echo(f"  {level[:-1]}: {place}: {finding['message']}", err=True)
