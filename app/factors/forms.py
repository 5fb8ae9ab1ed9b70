"""What people type about second factors. Rules are checked by the commands."""

from __future__ import annotations

from wtforms import Form, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.factors.passkeys import LONGEST_ANSWER
from app.core.language import lazy_gettext as _l


class CodeForm(Form):
    code = StringField(_l("Kod z aplikacji"), [InputRequired(_l("Podaj kod z aplikacji.")), Length(max=200)])


class RecoveryForm(Form):
    recovery = StringField(_l("Kod zapasowy"), [InputRequired(_l("Podaj kod zapasowy.")), Length(max=200)])


class AnswerForm(Form):
    answer = HiddenField(validators=[InputRequired(_l("Ta możliwość wymaga JavaScriptu.")), Length(max=LONGEST_ANSWER)])


class ConfirmForm(Form):
    password = PasswordField(_l("Obecne hasło"), [InputRequired(_l("Podaj obecne hasło."))])


class TotpForm(Form):
    code = StringField(_l("Kod z aplikacji"), [InputRequired(_l("Podaj kod z aplikacji.")), Length(max=200)])
    name = StringField(_l("Nazwa"), [Length(max=200)])


class PasskeyForm(Form):
    name = StringField(_l("Nazwa klucza"), [Length(max=200)])
    answer = HiddenField(validators=[InputRequired(_l("Ta możliwość wymaga JavaScriptu.")), Length(max=LONGEST_ANSWER)])


class RuleForm(Form):
    required_staff = RadioField(
        _l("Kto z pracowników musi logować się dwuetapowo"),
        choices=[
            SelectChoice("none", _l("nikt nie musi; kto chce, może")),
            SelectChoice("admins", _l("administratorzy")),
            SelectChoice("staff", _l("wszyscy pracownicy")),
        ],
    )


class ResetForm(Form):
    note = TextAreaField(
        _l("Jak sprawdzono tożsamość"), [InputRequired(_l("Napisz, jak sprawdzono tożsamość tej osoby."))]
    )
