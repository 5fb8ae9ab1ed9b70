"""What people write in messages. Files are read beside the form."""

from __future__ import annotations

from wtforms import DateField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l
from app.messages.rules import CATEGORIES

_CATEGORIES = [SelectChoice(key, label) for key, label in CATEGORIES.items()]


class ReplyForm(Form):
    body = TextAreaField(_l("Treść"))
    form_key = HiddenField()


class MessageForm(ReplyForm):
    category = SelectField(_l("Czego dotyczy"), choices=_CATEGORIES, default="charges")
    unit = SelectField(_l("Lokal"), choices=[], validate_choice=False)
    subject = StringField(_l("Temat"))
    about = HiddenField()


class AnswerForm(ReplyForm):
    """`seen` is the newest message that the page showed."""

    seen = HiddenField()


class NoteForm(Form):
    note = TextAreaField(_l("Notatka dla biura"))
    form_key = HiddenField(id="note_key")


class HandlingForm(Form):
    login = SelectField(_l("Zajmuje się"), choices=[], validate_choice=False)
    category = SelectField(_l("Czego dotyczy"), choices=_CATEGORIES, validate_choice=False)
    due_on = DateField(_l("Odpowiedź do"), validators=[Optional()])


class TemplateForm(Form):
    name = StringField(_l("Nazwa"))
    category = SelectField(_l("Dla spraw"), choices=[], validate_choice=False)
    body = TextAreaField(_l("Treść"))


class OfficeMessageForm(ReplyForm):
    login = StringField(_l("Login mieszkańca"))
    unit = StringField(_l("Lokal"))
    category = SelectField(_l("Czego dotyczy"), choices=_CATEGORIES, default="other")
    subject = StringField(_l("Temat"))
