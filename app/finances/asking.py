"""What people ask of the past of a unit: a day, and the code of a confirmation that they hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import DateField, Form, StringField
from wtforms.validators import DataRequired

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

DAYS = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y"]


class DayField(DateField):
    """A day, typed as a browser sends it or as people write it."""

    def __init__(self, label: Any, **values: Any) -> None:
        super().__init__(label, format=DAYS, **values)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([one.strip() for one in valuelist])
        except ValueError:
            raise ValueError(_("Podaj dzień, na przykład 31.12.2025.")) from None


class ConfirmationForm(Form):
    day = DayField(_l("Na dzień"))


class DayForm(Form):
    """The day of the history; None when none was asked for."""

    day = DayField(_l("Dzień"))


class CodeForm(Form):
    code = StringField(_l("Kod z potwierdzenia"), [DataRequired(_l("Przepisz kod z potwierdzenia."))])


def day_of(form: ConfirmationForm | DayForm) -> date | None:
    """The day that was typed, if it is one."""
    found: date | None = form.day.data
    return found
