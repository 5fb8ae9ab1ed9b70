"""What applicants and staff type. What it may be is in `rules`; the forms put each refusal at its field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Form,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.accounts.rules import checked_email
from app.core import money
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.registrations import rules
from app.registrations.commands.proving import Facts
from app.registrations.rules import Wish

ROLES = {
    "owner": _l("właściciel albo osoba ze spółdzielczym prawem do lokalu"),
    "co-owner": _l("współwłaściciel"),
    "tenant": _l("najemca"),
    "proxy": _l("pełnomocnik (pełnomocnictwo pokażesz w biurze)"),
}


def _checked(check: Any, *args: Any) -> Any:
    try:
        return check(*args)
    except Refused as refusal:
        raise ValidationError(refusal.message) from None


class _Public(Form):
    """A form that anybody may send. What is acknowledged and the code come last, on the page and among the errors."""

    def __iter__(self) -> Iterator[Any]:
        last = ("terms", "privacy", "code")
        return iter(sorted(self._fields.values(), key=lambda one: last.index(one.name) + 1 if one.name in last else 0))


class _Robots:
    """The fields that only robots trip over; `trap` stays empty, `code` is the answer to `challenge`."""

    challenge = HiddenField()
    trap = StringField(_l("Nie wypełniaj tego pola"))
    code = StringField(_l("Kod z podpowiedzi"), [InputRequired(_l("Przepisz kod cyframi."))])


class _Texts:
    """What must be acknowledged, and which versions were shown."""

    terms_version = HiddenField()
    privacy_version = HiddenField()
    terms = BooleanField(
        _l("Zapoznałem(-am) się z Regulaminem i załącznikami i akceptuję je."),
        [InputRequired(_l("Zapoznaj się z Regulaminem i zaznacz zgodę."))],
    )
    privacy = BooleanField(
        _l("Zapoznałem(-am) się z informacją o przetwarzaniu danych osobowych."),
        [InputRequired(_l("Zapoznaj się z informacją o danych osobowych i zaznacz to pole."))],
    )


class ApplicationForm(_Public, _Texts, _Robots):
    """Formularz konta użytkownika: all fields are required."""

    first_name = StringField(_l("Imię"), [InputRequired(_l("Podaj imię."))])
    last_name = StringField(_l("Nazwisko"), [InputRequired(_l("Podaj nazwisko."))])
    role = RadioField(_l("Kim jesteś dla lokalu"), [InputRequired(_l("Zaznacz, kim jesteś dla lokalu."))])
    unit = StringField(_l("Adres i numer lokalu albo kod lokalu"), [InputRequired(_l("Podaj adres albo kod lokalu."))])
    email = EmailField(_l("E-mail"), [InputRequired(_l("Podaj adres e-mail."))])
    phone = TelField(_l("Telefon"), [InputRequired(_l("Podaj numer telefonu."))])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = [SelectChoice(code, str(label)) for code, label in ROLES.items()]

    def validate_first_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "first_name")

    def validate_last_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "last_name")

    def validate_unit(self, field: Any) -> None:
        _checked(rules.checked_unit, field.data)

    def validate_email(self, field: Any) -> None:
        _checked(rules.required_email, field.data)

    def validate_phone(self, field: Any) -> None:
        _checked(rules.required_phone, field.data)

    def wish(self) -> Wish:
        """Of a form that is valid."""
        return Wish(
            rules.checked_name(self.first_name.data, "first_name"),
            rules.checked_name(self.last_name.data, "last_name"),
            str(self.role.data),
            rules.checked_unit(self.unit.data),
            rules.required_email(self.email.data),
            rules.required_phone(self.phone.data),
        )


class ProofForm(_Public, _Robots):
    """The first step of opening an account by oneself: an address."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Podaj adres e-mail."))])

    def validate_email(self, field: Any) -> None:
        _checked(rules.required_email, field.data)


class FactsForm(_Public, _Texts, _Robots):
    """The second step: what only the resident knows."""

    first_name = StringField(_l("Imię"), [InputRequired(_l("Podaj imię."))])
    last_name = StringField(_l("Nazwisko"), [InputRequired(_l("Podaj nazwisko."))])
    number = StringField(_l("Numer indywidualnego konta do wpłat"), [InputRequired(_l("Podaj numer konta."))])
    amount = StringField(_l("Kwota ostatniego naliczenia w złotych"), [InputRequired(_l("Podaj kwotę."))])

    def validate_first_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "first_name")

    def validate_last_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "last_name")

    def validate_number(self, field: Any) -> None:
        if rules.account_number(field.data or "") is None:
            raise ValidationError(_("Numer konta ma 26 cyfr. Przepisz go z zawiadomienia o opłatach."))

    def validate_amount(self, field: Any) -> None:
        if money.typed(field.data) is None:
            raise ValidationError(_("Podaj kwotę w złotych, np. 612,48."))

    def facts(self) -> Facts:
        """Of a form that is valid."""
        return Facts(
            rules.checked_name(self.first_name.data, "first_name"),
            rules.checked_name(self.last_name.data, "last_name"),
            rules.account_number(self.number.data or "") or "",
            money.typed(self.amount.data) or 0,
        )


class AnswerForm(Form):
    answer = TextAreaField(_l("Twoja odpowiedź"), [InputRequired(_l("Napisz odpowiedź."))])


class PaperForm(Form):
    """A signed application, copied by staff; e-mail and phone may be missing on it."""

    form_key = HiddenField()
    first_name = StringField(_l("Imię"), [InputRequired(_l("Podaj imię."))])
    last_name = StringField(_l("Nazwisko"), [InputRequired(_l("Podaj nazwisko."))])
    role = RadioField(_l("Kim jest dla lokalu"), [InputRequired(_l("Zaznacz, kim ta osoba jest dla lokalu."))])
    unit = StringField(_l("Adres i numer lokalu albo kod lokalu"), [InputRequired(_l("Podaj adres albo kod lokalu."))])
    email = EmailField(_l("E-mail"))
    phone = TelField(_l("Telefon"))
    signed_on = DateField(_l("Data podpisu"), [InputRequired(_l("Podaj datę z podpisanego wniosku."))])
    identity_note = TextAreaField(
        _l("Jak sprawdzono tożsamość"), [InputRequired(_l("Zapisz, jak sprawdzono tożsamość podpisującego."))]
    )
    acknowledged = BooleanField(_l("Na wniosku potwierdzono Regulamin i informację o danych osobowych"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = [SelectChoice(code, str(label)) for code, label in ROLES.items()]

    def validate_first_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "first_name")

    def validate_last_name(self, field: Any) -> None:
        _checked(rules.checked_name, field.data, "last_name")

    def validate_unit(self, field: Any) -> None:
        _checked(rules.checked_unit, field.data)

    def validate_email(self, field: Any) -> None:
        _checked(checked_email, field.data)

    def validate_phone(self, field: Any) -> None:
        _checked(rules.checked_phone, field.data)

    def wish(self) -> Wish:
        """Of a form that is valid."""
        return Wish(
            rules.checked_name(self.first_name.data, "first_name"),
            rules.checked_name(self.last_name.data, "last_name"),
            str(self.role.data),
            rules.checked_unit(self.unit.data),
            checked_email(self.email.data),
            rules.checked_phone(self.phone.data),
        )


class ApproveForm(Form):
    """The decision: who it is, which units, which account, how it is handed over."""

    version = HiddenField()
    person = RadioField(_l("Osoba z ewidencji"), validate_choice=False)
    person_code = StringField(_l("Kod innej osoby"))
    units = SelectMultipleField(_l("Lokale"), validate_choice=False)
    more_units = StringField(_l("Inne lokale"))
    login = StringField(_l("Login nowego konta"))
    way = RadioField(_l("Jak przekazać dostęp"), [InputRequired(_l("Wybierz, jak przekazać dostęp."))])
    take_contact = BooleanField(_l("Zapisz w istniejącym koncie e-mail i telefon z wniosku"))


class AskForm(Form):
    version = HiddenField()
    question = TextAreaField(_l("Pytanie do wnioskodawcy"))


class RejectForm(Form):
    version = HiddenField()
    reason = TextAreaField(_l("Powód odrzucenia"))


class WaysForm(Form):
    paper = BooleanField(_l("Wniosek na papierze"))
    online = BooleanField(_l("Formularz na stronie"))
    facts = BooleanField(_l("Samodzielna rejestracja"))
