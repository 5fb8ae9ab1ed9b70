"""What staff type of a document. Files are read beside the form, and rules check the rest."""

from __future__ import annotations

from datetime import date

from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.documents.commands.saving import Wish
from app.documents.rules import ACCESS, CATEGORIES, About, about, codes_of


class AboutForm(Form):
    """What is said of a document."""

    title = StringField(_l("Tytuł"))
    category = SelectField(
        _l("Rodzaj"), choices=[SelectChoice(key, one.label) for key, one in CATEGORIES.items()], default="other"
    )
    number = StringField(_l("Numer"))
    dated_on = DateField(_l("Data dokumentu"), validators=[Optional()])
    valid_from = DateField(_l("Obowiązuje od"), validators=[Optional()])
    valid_until = DateField(_l("Obowiązuje do"), validators=[Optional()])
    note = TextAreaField(_l("Opis"), description=_l("Kilka zdań, które zobaczy czytelnik."))
    folder = SelectField(_l("Teczka"), choices=[], validate_choice=False)
    form_key = HiddenField()

    def about(self) -> About:
        """Raises `Refused` with the field, also for a day that is none."""
        for field in (self.dated_on, self.valid_from, self.valid_until):
            if field.raw_data and field.raw_data[0].strip() and field.data is None:
                raise Refused(_("Podaj datę, na przykład 2026-11-30."), field=field.name)
        dates: list[date | None] = [self.dated_on.data, self.valid_from.data, self.valid_until.data]
        return about(self.title.data, self.category.data, self.number.data, self.note.data, *dates)


class DocumentForm(AboutForm):
    """A document and its readers."""

    access = RadioField(
        _l("Kto może zobaczyć"),
        choices=[SelectChoice(key, label) for key, label in ACCESS.items()],
        default="residents",
        validate_choice=False,
    )
    buildings = SelectMultipleField(_l("Budynki"), choices=[], validate_choice=False)
    units = TextAreaField(_l("Kody lokali"), description=_l("Po jednym w wierszu albo po przecinku."))
    people = TextAreaField(_l("Kody osób"), description=_l("Po jednym w wierszu albo po przecinku."))

    def wish(self) -> Wish:
        """Raises `Refused` with the field."""
        access = self.access.data
        chosen = {
            "buildings": self.buildings.data or [],
            "units": codes_of(self.units.data),
            "people": codes_of(self.people.data),
        }
        return Wish(self.about(), self.folder.data or None, access, tuple(chosen.get(access or "", ())))


class BatchForm(AboutForm):
    """What the documents of one upload have in common; each goes to the unit that its file names."""


class StoreForm(Form):
    """The last look at a matched upload; codes of units are read beside the form."""

    publish = BooleanField(_l("Opublikuj od razu i zawiadom mieszkańców"), default=True)


class FolderForm(Form):
    name = StringField(_l("Nazwa teczki"))
    parent = SelectField(_l("W teczce"), choices=[], validate_choice=False)


class WithdrawForm(Form):
    reason = StringField(_l("Dlaczego"), description=_l("Zobaczy to tylko biuro."))
