"""`flask mailouts send`."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.core import work
from app.core.actor import system
from app.core.errors import Refused
from app.mailouts import commands, queries
from tenants.context import bind
from tenants.registry import Tenant

POLL_SECONDS = 0.5
mailouts = AppGroup("mailouts", help="One message to many.")
groups = [mailouts]


@mailouts.command("send")
@click.argument("tenant")
@click.option("--subject", required=True, metavar="S", help="One line.")
@click.option(
    "--body-file",
    required=True,
    type=click.File("r", encoding="utf-8-sig"),
    metavar="F",
    help="Plain text; - is stdin.",
)
@click.option("--audience", metavar="JSON", help='{"all": true} by default; see docs/integrators.md.')
@click.option("--skip-missing", is_flag=True, help="Leave out who lacks a personal word, instead of refusing.")
@click.option("--wait", is_flag=True, help="Return when nothing of it waits any more.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def send(
    tenant: str, subject: str, body_file: Any, audience: str | None, skip_missing: bool, wait: bool, as_json: bool
) -> None:
    """Queue a mailout of TENANT for the workers."""
    chosen = _read_json(audience)
    try:
        body = body_file.read()
    except UnicodeDecodeError:
        raise click.BadParameter("must be UTF-8 text", param_hint="--body-file") from None
    found = _tenant(tenant)
    try:
        with bind(found):
            public_id = commands.send(system("cli"), subject, body, chosen, skip_missing=skip_missing)
            work.commit()
    except Refused as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(1)
    result = _result(found, public_id)
    while wait and result.pop("waiting"):
        time.sleep(POLL_SECONDS)
        result = _result(found, public_id)
    result.pop("waiting", None)
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(
            f"Wysyłka {result['mailout']}: odbiorców {result['recipients']}, wysłano {result['sent']}, "
            f"nieudane {result['failed']}, pominięte {result['skipped']}."
        )


def _read_json(value: str | None) -> Any:
    if value is None:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise click.BadParameter("must be JSON", param_hint="--audience") from None


def _tenant(slug: str) -> Tenant:
    found: Tenant | None = current_app.extensions["tenants"].by_slug(slug)
    if found is None:
        click.echo(f"Nie ma zarządcy „{slug}”.", err=True)
        sys.exit(1)
    if found.suspended:
        click.echo(f"Zarządca „{slug}” jest zawieszony.", err=True)
        sys.exit(1)
    return found


def _result(tenant: Tenant, public_id: str) -> dict[str, Any]:
    with bind(tenant):
        counts = queries.mailout(system("cli"), public_id).counts
    return {
        "mailout": public_id,
        "recipients": counts.recipients,
        "sent": counts.sent,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "waiting": counts.waiting,
    }
