"""`flask audit verify|seal`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.audit import sealing
from app.core.chains import ALTERED, CUT, DELETED, GAP, INSERTED, Broken
from app.core.terminal import answer, refusals
from tenants.context import Mode, bind
from tenants.registry import Tenant

audit = AppGroup("audit", help="The audit log of a manager.")
groups = [audit]
_SENTENCES = {
    ALTERED: "Wpis {entry} (pieczęć {place}) ma dziś inną treść niż w chwili zapieczętowania.",
    DELETED: "Wpis {entry} (pieczęć {place}) usunięto z dziennika.",
    GAP: "W łańcuchu brakuje pieczęci {place}.",
    INSERTED: "Wpis {entry} dopisano z datą sprzed ostatnich pieczęci.",
    CUT: "Łańcuch skrócono albo przeliczono: pieczęć {place} (wpis {entry}) nie jest tą, którą pamięta platforma.",
}


@audit.command("verify")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def verify(tenant: str, as_json: bool) -> None:
    """Check the audit log of TENANT against its seals; exit 1 and the first broken entry if it was touched."""
    with refusals(), bind(_tenant(tenant), Mode.BULK):
        verdict = sealing.verify()
    if as_json:
        answer({"tenant": tenant, "whole": verdict.broken is None, **asdict(verdict)})
    elif verdict.broken:
        click.echo(_sentence(verdict.broken))
    else:
        click.echo(f"Dziennik „{tenant}” jest nienaruszony: wpisów {verdict.sealed}, czeka {verdict.waiting}.")
    sys.exit(1 if verdict.broken else 0)


@audit.command("seal")
@click.argument("tenant")
@click.option("--json", "as_json", is_flag=True, help="One JSON on stdout and nothing else.")
def seal(tenant: str, as_json: bool) -> None:
    """Seal what the audit log of TENANT got since the last time; workers do it every ten minutes."""
    with refusals(), bind(_tenant(tenant), Mode.BULK):
        try:
            count = sealing.seal()
        except sealing.Tampered:
            click.echo(f"Łańcuch dziennika „{tenant}” jest przerwany: flask audit verify {tenant}", err=True)
            sys.exit(1)
    if as_json:
        answer({"tenant": tenant, "sealed": count})
    else:
        click.echo(f"Zapieczętowano wpisów: {count}.")


def _sentence(broken: Broken) -> str:
    return _SENTENCES[broken.kind].format(entry=broken.line_id or "?", place=broken.sequence)


def _tenant(slug: str) -> Tenant:
    registry: Any = current_app.extensions["tenants"]
    found: Tenant | None = registry.by_slug(slug)
    if found is None:
        click.echo(f"Nie ma zarządcy „{slug}”.", err=True)
        sys.exit(1)
    return found
