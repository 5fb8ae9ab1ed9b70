"""`flask demo load`: synthetic managers, through the import path."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.clock import today
from app.core.runtime import settings
from app.core.terminal import refusals, say
from app.demo.commands import MONTHS, NIGHTS, SEED, UNITS, load
from app.demo.doors import real_doors

demo = AppGroup("demo", help="Synthetic managers to look at.")
groups = [demo]


@demo.command("load")
@click.option("--tenants", type=int, default=1, show_default=True, help="How many managers.")
@click.option("--units", type=int, default=UNITS, show_default=True, help="Units of each.")
@click.option("--months", type=int, default=MONTHS, show_default=True, help="Months of history.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="The same seed gives the same data.")
@click.option("--nights", type=int, default=NIGHTS, show_default=True, help="Earlier weeks whose packages come first.")
@click.option("--if-missing", is_flag=True, help="Leave managers alone that are loaded already.")
def load_demo(tenants: int, units: int, months: int, seed: int, nights: int, if_missing: bool) -> None:
    """Load realistic, invented managers: demo, demo2, …"""
    with refusals():
        for done in load(
            real_doors(),
            as_of=today(),
            production=settings().production,
            tenants=tenants,
            units=units,
            months=months,
            seed=seed,
            nights=nights,
            if_missing=if_missing,
        ):
            say(f"{done.slug}: {done.status}, {done.units} units, {done.entries} entries, {done.logins} logins")
