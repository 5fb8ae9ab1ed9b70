"""Files as a form brings them."""

from __future__ import annotations

from flask import request

from app.attachments.checking import checked
from app.attachments.rules import LETTERS, Checked
from app.core.errors import Refused, TryLater
from app.core.language import ngettext


def posted(
    field: str = "files", *, most: int = 3, allowed: frozenset[str] = LETTERS, largest: int = 5 << 20
) -> list[Checked]:
    """The files of the form that was posted, checked. `largest` is in bytes and for each.

    Raises `Refused` on `field`, also while the virus scanner does not answer, so that the rest of the form stays.
    """
    given = [file for file in request.files.getlist(field)[: most + 1] if file.filename or file.stream.read(1)]
    try:
        if len(given) > most:
            raise Refused(
                ngettext("Możesz dołączyć najwyżej %(num)d plik.", "Możesz dołączyć najwyżej %(num)d pliki.", most)
            )
        return [_checked(file, allowed, largest) for file in given]
    except Refused as refusal:
        raise Refused(refusal.message, field=field) from refusal
    except TryLater as later:
        raise Refused(str(later), field=field) from later


def _checked(file: object, allowed: frozenset[str], largest: int) -> Checked:
    stream = file.stream  # type: ignore[attr-defined]
    stream.seek(0)
    return checked(file.filename or "", stream.read(largest + 1), allowed, largest)  # type: ignore[attr-defined]
