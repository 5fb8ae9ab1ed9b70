"""`flask tokens create|list|revoke`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import AppGroup

from app.api import commands, queries, rules
from app.core import work
from app.core.actor import system
from app.core.terminal import answer, refusals
from tenants.context import bind
from tenants.registry import Tenant

tokens = AppGroup("tokens", help="Tokens of programs that speak for a manager.")
groups = [tokens]
_ACTOR = system("cli")


@tokens.command("create")
@click.argument("tenant")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(rules.SCOPES)), default=["imports:write"])
@click.option("--building", "buildings", multiple=True, help="Code of a building; all when not said.")
@click.option("--days", type=int, help="How long it opens; for ever when not said.")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def create(
    tenant: str, name: str, scopes: tuple[str, ...], buildings: tuple[str, ...], days: int | None, as_json: bool
) -> None:
    """Make a token of TENANT called NAME and print it, this once."""
    with refusals(), bind(_tenant(tenant)):
        public_id, secret = commands.create(_ACTOR, name, scopes, days=days, buildings=buildings)
        work.commit()
    if as_json:
        answer({"id": public_id, "name": name, "scopes": list(scopes), "token": secret})
    else:
        click.echo(secret)


@tokens.command("list")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def show(tenant: str, as_json: bool) -> None:
    """The tokens of TENANT, without their secrets."""
    with refusals(), bind(_tenant(tenant)):
        found = queries.tokens(_ACTOR)
    if as_json:
        answer([asdict(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.public_id}  {one.state:8}  …{one.ending}  {one.name}  ({', '.join(one.scopes)})")


@tokens.command("revoke")
@click.argument("tenant")
@click.argument("token_id")
def revoke(tenant: str, token_id: str) -> None:
    """End a token of TENANT at once; TOKEN_ID is what `list` prints."""
    with refusals(), bind(_tenant(tenant)):
        commands.revoke(_ACTOR, token_id)
        work.commit()
    click.echo("Token już nie działa.", err=True)


def _tenant(slug: str) -> Tenant:
    found: Tenant | None = current_app.extensions["tenants"].by_slug(slug)
    if found is None:
        click.echo(f"Nie ma zarządcy „{slug}”.", err=True)
        sys.exit(1)
    return found
