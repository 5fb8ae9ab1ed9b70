"""What commands of the terminal have in common: results on stdout, one sentence on stderr, exit codes.

Exit 0 done, 1 refused or failed with a reason, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import psycopg
from sqlalchemy.exc import OperationalError

from app.core.errors import Refused, TryLater


class Refusal(click.ClickException):
    """One sentence on stderr and exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(" ".join(self.message.split()), err=True)


@contextmanager
def refusals(*also: type[Exception]) -> Iterator[None]:
    """Turn refusals, a silent database and the named exceptions into one sentence and exit code 1."""
    try:
        yield
    except Refused as error:
        raise Refusal(error.message) from error
    except also as error:
        raise Refusal(str(error)) from error
    except TryLater as error:
        raise Refusal(str(error)) from error
    except (OperationalError, psycopg.OperationalError) as error:
        cause = getattr(error, "orig", None) or error
        raise Refusal(f"Baza danych nie odpowiada: {str(cause).splitlines()[0]}") from error


def answer(value: Any) -> None:
    """The result of `--json`: one object or array on stdout and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say(sentence: str) -> None:
    """A message for whoever watches; never part of the result."""
    click.echo(printable(sentence), err=True)


def printable(text: str) -> str:
    """The text without signs that steer a terminal: names come from people."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def password_from_stdin() -> str:
    """The first line of stdin, without its end."""
    return sys.stdin.readline().rstrip("\r\n")
