"""What is typed into a protocol."""

from __future__ import annotations

from wtforms import DateField, Form, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l
from app.works.protocols.rules import TEMPLATES


class NewForm(Form):
    template = RadioField(
        _l("Jaki to protokół"),
        choices=[SelectChoice(key, name) for key, (name, _sections) in TEMPLATES.items()],
        default="zero",
        validate_choice=False,
    )
    title = StringField(_l("Tytuł"))
    dated_on = DateField(_l("Data odbioru"), validators=[Optional()])
    form_key = HiddenField()


class SectionForm(Form):
    """`base` is the version on which the text was written."""

    body = TextAreaField(_l("Treść"))
    base = HiddenField()


class DefectForm(Form):
    what = StringField(_l("Co trzeba poprawić"))
    responsible = StringField(_l("Kto usuwa"))
    due_on = DateField(_l("Do kiedy"), validators=[Optional()])
    form_key = HiddenField(id="defect_key")


class RemarkForm(Form):
    remark = TextAreaField(_l("Komentarz"))
    form_key = HiddenField(id="remark_key")


class SignForm(Form):
    """`seen` is the hash of the text that the page showed."""

    reason = StringField(_l("Powód odmowy"))
    password = PasswordField(_l("Twoje hasło"))
    seen = HiddenField()
