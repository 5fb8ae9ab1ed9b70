"""`flask tenants …`: managers from first to last."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from app.core import work
from app.core.actor import system
from app.core.errors import NotThere
from app.core.runtime import settings
from app.core.terminal import (
    Refusal,
    answer,
    password_from_stdin,
    printable,
    refusals,
    say,
)
from app.onboarding import commands
from app.operators import commands as operators
from app.operators import queries, rules
from config.settings import libpq_url
from tenants.errors import ProvisioningFailed
from tenants.migrating import Outcome, migrate

ACTOR = system("cli")
COLUMNS = ("slug", "name", "kind", "status", "database", "schema", "revision", "units")
group = AppGroup("tenants", help="Managers (zarządcy): open, list, migrate, suspend, export, delete.")
groups = (group,)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")


@group.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="Full name, as on letters to residents.")
@click.option("--kind", required=True, type=click.Choice(rules.KINDS))
@click.option("--admin-email", required=True)
@click.option("--admin-password-stdin", is_flag=True, help="Read the first administrator's password from stdin.")
@as_json
def create(slug: str, name: str, kind: str, admin_email: str, admin_password_stdin: bool, as_json: bool) -> None:
    """Open a manager: schema, role, profile and first administrator."""
    password = password_from_stdin() if admin_password_stdin else None
    with refusals(ProvisioningFailed):
        opened = commands.open_manager(ACTOR, slug, name, kind, admin_email, password)
    if as_json:
        answer(asdict(opened))
        return
    click.echo(f"{opened.url} (login: {opened.admin_login})")
    if opened.activation_url:
        click.echo(opened.activation_url)


@group.command("list")
@as_json
def list_(as_json: bool) -> None:
    """All managers."""
    with refusals():
        found = [{name: getattr(manager, name) for name in COLUMNS} for manager in queries.all_managers(ACTOR)]
    if as_json:
        answer(found)
        return
    lines = [COLUMNS, *(tuple("–" if value is None else str(value) for value in row.values()) for row in found)]
    widths = [max(len(printable(line[place])) for line in lines) for place in range(len(COLUMNS))]
    for line in lines:
        cells = (printable(cell).ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@group.command("migrate")
@click.argument("slugs", nargs=-1)
@click.option("--canary", "canaries", multiple=True, metavar="SLUG", help="Goes first; if it fails, nobody follows.")
@click.option("--jobs", "count", type=click.IntRange(1, 64), default=2, show_default=True)
@as_json
def migrate_(slugs: tuple[str, ...], canaries: tuple[str, ...], count: int, as_json: bool) -> None:
    """Bring schemas to the newest revision; exit code 1 if any tenant failed or was held back."""
    with refusals():
        wanted = sorted({queries.tenant(slug).slug for slug in slugs}) or None
        first = [queries.tenant(slug).slug for slug in canaries]
        strangers = [slug for slug in first if wanted is not None and slug not in wanted]
        if strangers:
            raise Refusal(f"„{strangers[0]}” nie jest wśród zarządców, których wymieniasz.")

    def report(outcome: Outcome) -> None:
        error = f": {printable(outcome.error.splitlines()[0])}" if outcome.error else ""
        say(f"{outcome.slug}  {outcome.before} → {outcome.after}  {outcome.result}{error}")

    with refusals():
        outcomes = migrate(libpq_url(settings().database_url), wanted, canaries=first, jobs=count, report=report)
    counts = {
        result: sum(outcome.result == result for outcome in outcomes)
        for result in ("migrated", "current", "failed", "held")
    }
    if as_json:
        answer(counts | {"tenants": [outcome.as_dict() for outcome in outcomes]})
    else:
        click.echo(", ".join(f"{result}: {number}" for result, number in counts.items()))
    if counts["failed"] or counts["held"]:
        sys.exit(1)


@group.command("suspend")
@click.argument("slug")
@click.option("--reason", required=True)
def suspend(slug: str, reason: str) -> None:
    """Stop serving a manager; its address shows contact data, nothing is lost."""
    with refusals():
        operators.suspend(ACTOR, slug, reason)
        work.commit()
    click.echo(f"{slug}: suspended")


@group.command("resume")
@click.argument("slug")
@click.option("--reason", required=True)
def resume(slug: str, reason: str) -> None:
    """Serve a suspended manager again."""
    with refusals():
        operators.resume(ACTOR, slug, reason)
        work.commit()
    click.echo(f"{slug}: active")


@group.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def export(slug: str, file: Path, as_json: bool) -> None:
    """Write everything of a manager to one ZIP file."""
    with refusals():
        manifest = commands.export_manager(ACTOR, slug, file)
        work.commit()
    found = {
        "slug": manifest.slug,
        "file": str(file),
        "revision": manifest.revision,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "files": len(manifest.files),
    }
    answer(found) if as_json else click.echo(f"{file}: {manifest.rows} rows, {len(manifest.files)} files")


@group.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "slug", default=None, help="Another subdomain than the archive's own.")
@as_json
def restore(file: Path, slug: str | None, as_json: bool) -> None:
    """Make a manager of an archive. Nobody is logged in, no link works, no letter is sent again."""
    with refusals(ProvisioningFailed):
        tenant, outcomes = commands.restore_manager(ACTOR, file, slug)
    url = settings().url(tenant.host)
    if as_json:
        answer({"slug": tenant.slug, "url": url, "schema": tenant.schema})
    else:
        click.echo(url)
    failed = [outcome for outcome in outcomes if outcome.result != "migrated"]
    if failed:
        raise Refusal(f"Dane są wczytane, ale nie udało się ich zaktualizować: {failed[0].error}")


@group.command("delete")
@click.argument("slug")
@click.option("--confirm", "confirmation", required=True, help="The slug once more.")
def delete(slug: str, confirmation: str) -> None:
    """Remove a suspended manager with all its data, for good."""
    with refusals(NotThere):
        commands.delete_manager(ACTOR, slug, confirmation)
    click.echo(f"{slug}: deleted")
