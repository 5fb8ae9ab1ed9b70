"""What is typed in a letter and in the address book. Files are read beside the form; rules are the commands'."""

from __future__ import annotations

from wtforms import (
    DateField,
    EmailField,
    Form,
    HiddenField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l


class LetterForm(Form):
    """A letter; `to` and `cards` are drawn by hand."""

    to = SelectMultipleField(_l("Do kogo"), choices=[], validate_choice=False)
    outside = TextAreaField(_l("Adresy e-mail osób spoza budowy"))
    subject = StringField(_l("Temat"))
    body = TextAreaField(_l("Treść"))
    cards = SelectMultipleField(_l("Dołącz dane budowy"), choices=[], validate_choice=False)
    due_on = DateField(_l("Odpowiedź do"), validators=[Optional()])
    form_key = HiddenField()
    draft = HiddenField()


class ContactForm(Form):
    """A line of the address book."""

    name = StringField(_l("Imię i nazwisko albo firma"))
    firm = StringField(_l("Firma"))
    trade = StringField(_l("Branża"))
    email = EmailField(_l("E-mail"))
    phone = TelField(_l("Telefon"))
    note = TextAreaField(_l("Notatka"))
