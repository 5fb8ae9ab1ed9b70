"""`flask billing …`."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.billing import state, subscribing
from app.core import work
from app.core.actor import system
from app.core.errors import TryLater
from app.core.terminal import answer, refusals, say
from app.gateways.payments.client import Rejected

group = AppGroup("billing", help="What managers owe the platform.")
groups = (group,)


@group.command("sync")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def sync(as_json: bool) -> None:
    """Bring the price list to Stripe: products, prices, VAT rate, portal. Safe to run again."""
    _online()
    with refusals():
        try:
            made = subscribing.sync(system("cli"))
        except (TryLater, Rejected) as error:
            _end(str(error))
        work.commit()
    if as_json:
        answer({"made": made})
    else:
        click.echo("\n".join(made) if made else "nothing to do")


@group.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def reconcile(as_json: bool) -> None:
    """Ask Stripe about every manager now and mend what no event told; exit code 1 if it could not be asked."""
    _online()
    mended, failed = {}, []
    for tenant_id in state.known_to_stripe():
        try:
            changed = subscribing.reconcile(system("cli"), tenant_id)
        except (TryLater, Rejected) as error:
            work.rollback()
            failed.append(tenant_id)
            say(f"manager {tenant_id}: {error}")
        else:
            if changed:
                mended[str(tenant_id)] = changed
    if as_json:
        answer({"mended": mended, "failed": failed})
    else:
        click.echo(f"mended: {len(mended)}, not asked: {len(failed)}")
    if failed:
        sys.exit(1)


def _online() -> None:
    if not state.online():
        _end("billing is off: STRIPE_API_KEY is not set")


def _end(sentence: str) -> None:
    say(sentence)
    sys.exit(1)
