"""Who takes which letters: features register a prefix, nobody keeps a list.

routes.register("reply", take)
routes.register("bounce", note, automatic=True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message

TAKEN = "taken"
IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter that came to an address of the bound tenant. Everything but `subject` is what its sender claims.

    `subject` is the public id that the address carries, `sender` the address of From in lower case or nothing,
    `title` its subject line, decoded, `message_id` without brackets. `envelope_sender` is None where nobody said,
    and empty for `<>`. `automatic` names the sign by which a program wrote it, or is nothing. `message` is as the
    `email` package reads it, with the policy `compat32`; `size` is in bytes, and `key` tells this letter from others.
    """

    subject: str
    sender: str
    sender_name: str
    title: str
    message_id: str
    envelope_sender: str | None
    automatic: str
    message: Message = field(repr=False)
    size: int
    key: str


# Returns what was made of it, one word for the register of letters (`TAKEN`, `IGNORED` or the feature's own).
Handler = Callable[[Arrival], str]


@dataclass(frozen=True, slots=True)
class Route:
    """A prefix and who takes its letters; `automatic`: also those that a program wrote."""

    prefix: str
    handler: Handler
    automatic: bool


_routes: dict[str, Route] = {}


def register(prefix: str, handler: Handler, *, automatic: bool = False) -> None:
    """Have `handler` take the letters to addresses of this prefix (1 to 10 small letters).

    It runs with the tenant bound, in the unit of work that notes the letter as taken, so it writes and never commits;
    the same letter is not given twice. It may raise `Refused` with a sentence for the sender's postmaster, or
    `TryLater`. Letters of programs (automatic replies, bounces, lists) reach only who wants them.
    """
    _routes[prefix] = Route(prefix, handler, automatic)


def route(prefix: str) -> Route | None:
    return _routes.get(prefix)
