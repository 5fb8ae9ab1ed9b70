"""What operators type."""

from __future__ import annotations

from wtforms import BooleanField, Form, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.language import lazy_gettext as _l


class LoginForm(Form):
    email = StringField(_l("E-mail"), [InputRequired(_l("Podaj adres e-mail.")), Length(max=254)])
    password = PasswordField(_l("Hasło"), [InputRequired(_l("Podaj hasło.")), Length(max=1000)])


class TenantForm(Form):
    name = StringField(_l("Nazwa"), [InputRequired(_l("Podaj nazwę zarządcy.")), Length(max=200)])
    kind = RadioField(
        _l("Rodzaj"),
        [InputRequired(_l("Wybierz rodzaj zarządcy."))],
        choices=[
            SelectChoice("cooperative", _l("spółdzielnia")),
            SelectChoice("association", _l("wspólnota")),
            SelectChoice("agency", _l("firma zarządzająca")),
        ],
        default="cooperative",
    )
    slug = StringField(_l("Subdomena"), [InputRequired(_l("Podaj subdomenę.")), Length(max=100)])
    admin_email = StringField(
        _l("E-mail administratora"), [InputRequired(_l("Podaj adres e-mail administratora.")), Length(max=254)]
    )
    trial = BooleanField(
        _l("Zacznij od okresu próbnego"),
        default=True,
        description=_l("Po jego końcu potrzebny będzie plan. Bez okresu próbnego portal działa bez ograniczeń czasu."),
    )


class ReasonForm(Form):
    reason = StringField(_l("Powód"), [InputRequired(_l("Podaj powód.")), Length(max=500)])


class RateForm(Form):
    """A statutory rate; what it may be is checked by `finances.interest.rates`."""

    from_on = StringField(_l("Obowiązuje od"))
    percent = StringField(_l("Stawka w procentach rocznie"), description=_l("Na przykład 9,50."))
    source = StringField(
        _l("Źródło"), description=_l("Gdzie stawkę ogłoszono, na przykład stopa referencyjna NBP z dnia… + 5,5 p.p.")
    )
