"""Forms: wtforms in the visitor's language, filled from the request."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from wtforms import Form

from app.core.errors import Refused
from app.core.language import lazy_gettext as _l

F = TypeVar("F", bound=Form)

#: What wtforms says of itself, in our words; its own catalogues lack some of these in Polish.
_SENTENCES = {
    "This field is required.": _l("To pole jest wymagane."),
    "Not a valid integer value.": _l("Podaj liczbę."),
    "Invalid input.": _l("Nieprawidłowa wartość."),
    "Not a valid choice.": _l("Wybierz jedną z podanych możliwości."),
    "Invalid Choice: could not coerce.": _l("Wybierz jedną z podanych możliwości."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Wybierz spośród podanych możliwości."),
    "'%(value)s' is not a valid choice for this field.": _l("Wybierz spośród podanych możliwości."),
    "Field cannot be longer than %(max)d character.": _l("Ten tekst jest za długi: najwyżej %(max)d znaków."),
}


class _Sentences:
    """What wtforms takes for its translations."""

    def gettext(self, sentence: str) -> str:
        return str(_SENTENCES.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(_SENTENCES.get(singular, singular if n == 1 else plural))


def filled(form: type[F], **values: Any) -> F:
    """The form as posted, or fresh with `values` on a GET."""
    posted = request.form if request.method == "POST" else None
    return form(posted, meta={"get_translations": lambda _form: _Sentences()}, **values)


def refuse(form: Form, refusal: Refused) -> str | None:
    """Put a refusal at its field; returns the sentence if it belongs to none."""
    if refusal.field and refusal.field in form._fields:
        field = form._fields[refusal.field]
        field.errors = [*field.errors, refusal.message]
        return None
    return refusal.message
