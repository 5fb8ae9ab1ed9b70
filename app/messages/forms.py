"""What people write in messages. Files are read beside the form."""

from __future__ import annotations

from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

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


class OfficeMessageForm(ReplyForm):
    login = StringField(_l("Login mieszkańca"))
    category = SelectField(_l("Czego dotyczy"), choices=_CATEGORIES, default="other")
    subject = StringField(_l("Temat"))
