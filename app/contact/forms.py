"""What a manager types about whom to turn to."""

from __future__ import annotations

from wtforms import BooleanField, Form, SelectMultipleField, StringField

from app.contact.rules import WEEKDAYS
from app.core.language import lazy_gettext as _l


class EntryForm(Form):
    """One entry of the contact page."""

    name = StringField(_l("Nazwa albo imię i nazwisko"))
    duty = StringField(
        _l("Sprawy"), description=_l("Z czym się tu zwrócić, na przykład „rozliczenia wody i ogrzewania”.")
    )
    phone = StringField(_l("Telefon"))
    email = StringField(_l("E-mail"))
    place = StringField(_l("Miejsce"), description=_l("Pokój albo adres."))
    hours = StringField(_l("Kiedy"), description=_l("Na przykład „całą dobę” albo „wtorki 10–12”."))
    buildings = SelectMultipleField(
        _l("Budynki"),
        choices=[],
        validate_choice=False,
        description=_l("Jeśli nie zaznaczysz żadnego, wpis dotyczy wszystkich budynków."),
    )
    open = BooleanField(_l("Widoczne także bez logowania"))


class HoursForm(Form):
    """The hours of a week."""

    day0 = StringField(WEEKDAYS[0])
    day1 = StringField(WEEKDAYS[1])
    day2 = StringField(WEEKDAYS[2])
    day3 = StringField(WEEKDAYS[3])
    day4 = StringField(WEEKDAYS[4])
    day5 = StringField(WEEKDAYS[5])
    day6 = StringField(WEEKDAYS[6])
