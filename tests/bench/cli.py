"""`flask bench`: hands over to a process of its own, so that nothing of this application is in its way."""

from __future__ import annotations

import subprocess
import sys

import click

from config.settings import ROOT


@click.command("bench", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def bench(words: tuple[str, ...]) -> None:
    """Measure against peers in the same run; `flask bench --help` says what."""
    sys.exit(subprocess.run([sys.executable, "-m", "tests.bench", *words], cwd=ROOT).returncode)
