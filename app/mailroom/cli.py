"""`flask mail receive`: how a mail server hands a letter over."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core.errors import Refused, TryLater
from app.core.terminal import Refusal, answer, printable, say
from app.mailroom import reading, reception

# What mail servers understand (sysexits.h): say it to the sender, or try again later.
NO_USER, TRY_AGAIN = 67, 75
mail = AppGroup("mail", help="Incoming mail.")
groups = [mail]


@mail.command("receive")
@click.option("--file", "source", type=click.File("rb"), default="-", metavar="F", help="The letter; stdin by default.")
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="To whom, if the headers do not say.")
@click.option("--from", "sender", metavar="ADDRESS", default=None, help="The sender of the envelope; empty for <>.")
@click.option("--pipe", is_flag=True, help="Exit as mail servers expect: 67 for nobody here, 75 for later.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of it as JSON.")
def receive(source: BinaryIO, recipients: tuple[str, ...], sender: str | None, pipe: bool, as_json: bool) -> None:
    """Take in one RFC 822 message."""
    raw = source.read(reading.LARGEST + 1)
    try:
        outcomes = reception.receive(raw, list(recipients) or None, sender)
    except Refused as refusal:
        _leave(refusal.message, NO_USER if pipe else 1)
    except (TryLater, OperationalError, InterfaceError) as error:
        _leave(f"Spróbuj później: {type(error).__name__}.", TRY_AGAIN if pipe else 1)
    if as_json:
        answer([{"tenant": o.tenant, "route": o.prefix, "result": o.result, "reason": o.reason} for o in outcomes])
    else:
        for outcome in outcomes:
            say(f"{outcome.prefix}: {outcome.result} {outcome.reason}".strip())
    if not any(outcome.good for outcome in outcomes):
        _leave(outcomes[0].reason, NO_USER if pipe else 1)


def _leave(sentence: str, code: int) -> None:
    if code == 1:
        raise Refusal(sentence)
    click.echo(printable(" ".join(sentence.split())), err=True)
    sys.exit(code)
