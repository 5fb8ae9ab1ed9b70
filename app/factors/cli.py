"""`flask accounts reset-factor …`: for a manager whose only administrator lost the second factor."""

from __future__ import annotations

import click
from flask import current_app

from app.accounts.cli import accounts
from app.accounts.models import Account
from app.accounts.rules import identifier_key
from app.core import work
from app.core.actor import system
from app.core.errors import NotThere
from app.core.terminal import refusals, say
from app.factors import commands
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant

groups: tuple[click.Group, ...] = ()


@accounts.command("reset-factor")
@click.argument("tenant")
@click.argument("login")
@click.option("--note", required=True, help="How you made sure who asks; it stays in the audit log.")
def reset_factor(tenant: str, login: str, note: str) -> None:
    """Take the second factor of LOGIN at TENANT away and end its sessions; the owner gets a letter."""
    with refusals():
        found: Tenant | None = current_app.extensions["tenants"].by_slug(tenant)
        if found is None:
            raise NotThere(f"Nie ma zarządcy „{tenant}”.")
        with bind(found):
            key = identifier_key(login)
            account = db.session.query(Account.public_id).filter(Account.login_key == key).scalar()
            if account is None:
                raise NotThere(f"Nie ma konta „{login}”.")
            commands.reset(system("cli"), account, note)
            work.commit()
    say(f"{login}: no second factor any more")
