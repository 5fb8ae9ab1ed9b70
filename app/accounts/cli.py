"""`flask accounts create`."""

from __future__ import annotations

import json
import sys

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts import commands, mails
from app.core import work
from app.core.actor import Role, system
from app.core.errors import Refused
from app.core.links import external
from tenants.context import bind
from tenants.registry import Tenant

accounts = AppGroup("accounts", help="Logins of residents and staff.")
groups = [accounts]


@accounts.command("create")
@click.argument("tenant")
@click.argument("login")
@click.option("--unit", "units", multiple=True, metavar="CODE", help="A unit that the account may see; repeatable.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.RESIDENT.value, show_default=True
)
@click.option("--email", help="Address for notices and for a forgotten password.")
@click.option("--person", metavar="CODE", help="The person of the books; by default the one whose code is LOGIN.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--must-change", is_flag=True, help="The password must be changed after the first login.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def create(
    tenant: str,
    login: str,
    units: tuple[str, ...],
    role: str,
    email: str | None,
    person: str | None,
    password_stdin: bool,
    must_change: bool,
    as_json: bool,
) -> None:
    """Open the account LOGIN at TENANT; without a password, print the link that sets one."""
    password = sys.stdin.read().rstrip("\r\n") if password_stdin else None
    with bind(_tenant(tenant)):
        try:
            made = commands.create_account(
                system("cli"),
                login,
                units,
                role,
                email,
                password=password,
                must_change=must_change,
                person_code=person,
            )
        except Refused as refusal:
            click.echo(refusal.message, err=True)
            sys.exit(1)
        found = {
            "login": made.account.login,
            "role": made.account.role,
            "units": list(made.units),
            "email": made.account.email,
            "person": made.account.person_code,
            "activation_url": external(mails.activation_path(made.secret)) if made.secret else None,
        }
        work.commit()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"Konto „{found['login']}” ({found['role']}) założone.")
    if found["activation_url"]:
        click.echo(f"Hasło ustawia się raz, w ciągu 14 dni, pod adresem {found['activation_url']}")


def _tenant(slug: str) -> Tenant:
    found: Tenant | None = current_app.extensions["tenants"].by_slug(slug)
    if found is None:
        click.echo(f"Nie ma zarządcy „{slug}”.", err=True)
        sys.exit(1)
    return found
