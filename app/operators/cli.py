"""`flask platform …` and `flask operators …`."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.core import work
from app.core.actor import system
from app.core.runtime import settings
from app.core.terminal import answer, password_from_stdin, printable, refusals, say
from app.operators import commands, rules
from config.settings import libpq_url
from tenants import doctor as tenant_doctor
from tenants import platform, roles

platform_group = AppGroup("platform", help="The platform's own database: prepare, migrate, examine.")
group = AppGroup("operators", help="Logins of the platform's operators.")
groups = (platform_group, group)


@platform_group.command("upgrade")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def upgrade(as_json: bool) -> None:
    """Create or migrate schema `platform`, login roles and privileges; safe to run again."""
    known = settings()
    passwords = known.login_passwords()
    with refusals():
        before, after = platform.upgrade(known.database_url, libpq_url(known.database_url), passwords)
    if as_json:
        answer({"before": before, "after": after})
    elif before == after:
        click.echo(f"platform: {after}, nothing to do")
    else:
        click.echo(f"platform: {before or 'nothing'} → {after}")


@platform_group.command("doctor")
@click.option("--citus", is_flag=True, help="Also what would stop Citus from sharding by schema.")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def doctor(citus: bool, as_json: bool) -> None:
    """Say what the database server lacks; exit code 1 if anything."""
    owner = libpq_url(settings().database_url)
    with refusals():
        weak = [*roles.weaknesses(owner), *tenant_doctor.size_warnings(owner)]
        obstacles = tenant_doctor.citus_obstacles(owner) if citus else []
    if as_json:
        found = {"weaknesses": weak} | ({"citus": [one.as_dict() for one in obstacles]} if citus else {})
        answer(found)
    else:
        for sentence in [*weak, *(f"citus: {one.where}: {one.sentence}." for one in obstacles)]:
            say(printable(sentence))
        click.echo(f"weaknesses: {len(weak) + len(obstacles)}" if weak or obstacles else "all well")
    if weak or obstacles:
        sys.exit(1)


@group.command("create")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin instead of generating one.")
def create(email: str, password_stdin: bool) -> None:
    """Make an operator's login; without --password-stdin a password is generated and shown this once."""
    password = password_from_stdin() if password_stdin else rules.generated_password()
    with refusals():
        commands.create_operator(system("cli"), email, password)
        work.commit()
    say(f"{email}: created")
    if not password_stdin:
        click.echo(password)


@group.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take the second factor from an operator who lost it, and end the sessions."""
    with refusals():
        commands.reset_factor(system("cli"), email)
        work.commit()
    say(f"{email}: no second factor any more")
