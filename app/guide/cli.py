"""`flask guide`: the pictures of the how-to."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.language import LANGUAGES
from app.guide.shooting import shoot

guide = AppGroup("guide", help="The illustrated how-to.")
groups = (guide,)


@guide.command("shoot")
@click.argument("address")
@click.option("--chromium", help="Path of a Chromium; by default Playwright's own.")
@click.option("--lang", "languages", multiple=True, type=click.Choice(list(LANGUAGES)), help="Only these languages.")
def shoot_command(address: str, chromium: str | None, languages: tuple[str, ...]) -> None:
    """Take the pictures anew from the demo manager at ADDRESS, such as http://demo.localhost:8000."""
    click.echo(shoot(address.rstrip("/"), chromium, languages or tuple(LANGUAGES)))
