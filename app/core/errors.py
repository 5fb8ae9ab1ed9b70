"""Refusals: what a person did that cannot be done, in a sentence, and where."""

from __future__ import annotations


class Refused(Exception):
    """The use case was refused. `message` is a sentence for the person; `field` names the input, if one is at fault."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotThere(Refused):
    """No such thing, or not yours: the two are never told apart."""

    status = 404


class Conflict(Refused):
    """Somebody else was faster, or it has been done already."""

    status = 409


class TryLater(Exception):
    """A neighbour did not answer; the job may be tried again."""

    def __init__(self, message: str, seconds: int | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds
