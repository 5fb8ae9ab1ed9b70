"""When data are due, as staff fill it in."""

from __future__ import annotations

from wtforms import BooleanField, Form, IntegerField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l

DAYS = (
    _l("poniedziałek"), _l("wtorek"), _l("środa"), _l("czwartek"), _l("piątek"), _l("sobota"), _l("niedziela"),
)  # fmt: skip


class DueForm(Form):
    """The nightly window."""

    on = BooleanField(
        _l("Ostrzegaj, gdy dane nie dotrą na czas"),
        description=_l("Administratorzy i księgowość dostaną e-mail, a na pulpicie pojawi się ostrzeżenie."),
    )
    opens = IntegerField(
        _l("Czekamy od godziny"), description=_l("Od 0 do 23. Dane, które dotrą po tej godzinie, liczą się na jutro.")
    )
    hour = IntegerField(_l("Dane mają być do godziny"), description=_l("Od 0 do 23."))
    days = SelectMultipleField(
        _l("W które dni dane mają już być"),
        choices=[SelectChoice(str(number), name) for number, name in enumerate(DAYS)],
        description=_l("Zaznacz dni, w które rano mieszkańcy mają widzieć świeże dane."),
    )
