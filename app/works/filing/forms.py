"""What people type of documents and series. Files are read beside the forms, and commands check the rest."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import DateField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.works.filing import weeks
from app.works.filing.commands import Sheet


class DocumentForm(Form):
    """A new document; what it is has been chosen before, and stands in `folder`."""

    folder = HiddenField()
    title = StringField(_l("Tytuł"))
    series = SelectField(_l("Seria"), choices=[], validate_choice=False)
    week = DateField(
        _l("Tydzień, którego dotyczy"), validators=[Optional()], description=_l("Podaj dowolny dzień tego tygodnia.")
    )
    dated_on = DateField(_l("Data dokumentu"), validators=[Optional()])
    number = StringField(_l("Numer"))
    note = TextAreaField(_l("Uwagi"))
    form_key = HiddenField()

    def sheet(self, series_id: int | None) -> Sheet:
        """Raises `Refused` with the field for a day that is none."""
        for field in (self.week, self.dated_on):
            must_be_day(field)
        week_on = weeks.week_of(self.week.data.isoformat()) if self.week.data else None
        if series_id is not None and week_on is None:
            raise Refused(_("Podaj tydzień, którego dotyczy ten dokument."), field="week")
        return Sheet(
            self.folder.data or "", self.title.data or "", self.note.data or "", self.dated_on.data, week_on,
            self.number.data or "", series_id=series_id,
        )  # fmt: skip


class SeriesForm(Form):
    """A series: what, how often, by whom."""

    title = StringField(_l("Nazwa"))
    member = SelectField(_l("Kto odpowiada"), choices=[], validate_choice=False)
    every = SelectField(
        _l("Jak często"), choices=[SelectChoice(str(key), label) for key, label in weeks.EVERY.items()],
        validate_choice=False,
    )  # fmt: skip
    weekday = SelectField(
        _l("Ostatni dzień tygodnia, w którym to jest na czas"),
        choices=[SelectChoice(str(key), label) for key, label in weeks.DAYS.items()],
        validate_choice=False,
    )
    starts_on = DateField(_l("Od kiedy"), validators=[Optional()])
    ends_on = DateField(
        _l("Do kiedy"), validators=[Optional()], description=_l("Bez daty seria trwa, aż ją zakończysz.")
    )
    note = TextAreaField(_l("Co i skąd"), description=_l("Np. skąd robić zdjęcie, żeby tygodnie dało się porównać."))

    def typed(self) -> dict[str, Any]:
        """Raises `Refused` with the field for a day that is none."""
        for field in (self.starts_on, self.ends_on):
            must_be_day(field)
        starts_on: date | None = self.starts_on.data
        return {
            "title": self.title.data, "note": self.note.data, "member": self.member.data,
            "weekday": _number(self.weekday.data), "every": _number(self.every.data),
            "starts_on": starts_on, "ends_on": self.ends_on.data,
        }  # fmt: skip


def must_be_day(field: DateField) -> None:
    """Raises `Refused` on the field when what was typed is no day."""
    if field.raw_data and field.raw_data[0].strip() and field.data is None:
        raise Refused(_("Podaj datę, na przykład 2026-11-30."), field=field.name)
    if field.data is not None and weeks.week_of(field.data.isoformat()) is None:
        raise Refused(_("Podaj datę, na przykład 2026-11-30."), field=field.name)


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) == 1 else 0
