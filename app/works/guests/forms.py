"""What is typed to invite a guest, and by guests."""

from __future__ import annotations

from wtforms import EmailField, Form, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l
from app.works.guests.rules import ABILITIES, DAYS


class InviteForm(Form):
    email = EmailField(_l("E-mail osoby z zewnątrz"))
    name = StringField(_l("Imię i nazwisko albo firma"))
    ability = RadioField(
        _l("Co gość może zrobić"),
        choices=[SelectChoice(key, label) for key, label in ABILITIES.items()],
        default="read",
        validate_choice=False,
    )
    uses = RadioField(
        _l("Ile razy można wejść"),
        choices=[
            SelectChoice("once", _l("jeden raz")),
            SelectChoice("until", _l("wiele razy, do końca ważności zaproszenia")),
        ],
        default="once",
        validate_choice=False,
    )
    days = StringField(_l("Przez ile dni zaproszenie jest ważne"), default=str(DAYS))
    word = TextAreaField(_l("Słowo do gościa"))
    form_key = HiddenField()


class CodeForm(Form):
    code = StringField(_l("Kod z e-maila"))


class NoteForm(Form):
    title = StringField(_l("Tytuł"))
    note = TextAreaField(_l("Treść"))
    held = HiddenField()
    form_key = HiddenField()
