"""What is typed about a site and its members. Rules are checked by the commands."""

from __future__ import annotations

from typing import Any

from wtforms import (
    DateField,
    EmailField,
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

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.works.rules import DUTIES, RIGHTS

_DATE = _l("Podaj datę, np. 30.11.2026.")


class SiteForm(Form):
    """A new site."""

    name = StringField(_l("Nazwa budowy"), description=_l("Na przykład „Remont dachu, Lipowa 4”."))
    buildings = SelectMultipleField(
        _l("Budynki"),
        choices=[],
        validate_choice=False,
        description=_l("Mieszkańcom tych budynków będzie można pokazać wybrane dokumenty."),
    )


class DataForm(Form):
    """What is known of a site."""

    version = HiddenField()
    name = StringField(_l("Nazwa budowy"))
    about = TextAreaField(_l("Opis prac"))
    starts_on = DateField(_l("Początek prac"), [Optional()])
    ends_on = DateField(_l("Planowany koniec prac"), [Optional()])
    street = StringField(_l("Ulica i numer"))
    postcode = StringField(_l("Kod pocztowy"))
    city = StringField(_l("Miejscowość"))
    directions = TextAreaField(
        _l("Dojazd na budowę"), description=_l("Wjazd, parking, gdzie zgłosić się po przyjeździe.")
    )
    invoice_name = StringField(_l("Nazwa nabywcy"))
    invoice_nip = StringField(_l("NIP"), description=_l("10 cyfr."))
    invoice_address = StringField(_l("Adres nabywcy"))
    invoice_email = EmailField(_l("E-mail do faktur"))


class MemberForm(Form):
    """A member: by e-mail, or for staff by the login of an account that exists."""

    email = EmailField(_l("E-mail"), description=_l("Na ten adres wyślemy zaproszenie z loginem i linkiem do hasła."))
    login = StringField(
        _l("Login istniejącego konta"),
        description=_l("Zamiast adresu: mieszkaniec albo pracownik, który ma już konto w portalu."),
    )
    name = StringField(_l("Imię i nazwisko"))
    firm = StringField(_l("Firma"))
    duty = SelectField(_l("Kim jest na budowie"), validate_choice=False)
    rights_given = RadioField(
        _l("Uprawnienia"),
        choices=[
            SelectChoice("usual", _l("Zwykłe dla tej roli")),
            SelectChoice("chosen", _l("Wybrane poniżej")),
        ],
        default="usual",
        validate_choice=False,
    )
    rights = SelectMultipleField(_l("Uprawnienia"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        roles = [SelectChoice(code, str(label)) for code, label in DUTIES.items()]
        self.duty.choices = [SelectChoice("", _("wybierz")), *roles]
        self.rights.choices = [SelectChoice(right.value, str(label)) for right, label in RIGHTS.items()]

    def wanted(self) -> list[str] | None:
        """The rights as chosen; None for those that the role starts with."""
        return list(self.rights.data or []) if self.rights_given.data == "chosen" else None
