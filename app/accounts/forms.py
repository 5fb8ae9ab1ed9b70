"""What people type to get in. Rules are checked by the commands, not here."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    EmailField,
    Form,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired

from app.core.actor import Role
from app.core.language import lazy_gettext as _l

ROLES = {
    Role.RESIDENT: _l("Mieszkaniec"),
    Role.CLERK: _l("Pracownik biura"),
    Role.ACCOUNTANT: _l("Księgowość"),
    Role.BOARD: _l("Zarząd"),
    Role.ADMIN: _l("Administrator"),
    Role.COLLABORATOR: _l("Uczestnik budowy"),
}
_REPEAT = _l("Oba nowe hasła muszą być takie same.")


class LoginForm(Form):
    login = StringField(_l("Login lub e-mail"), [DataRequired(_l("Podaj login."))])
    password = PasswordField(_l("Hasło"), [InputRequired(_l("Podaj hasło."))])


class ForgotForm(Form):
    identifier = StringField(_l("E-mail lub login"), [DataRequired(_l("Podaj adres e-mail albo login."))])
    login = StringField(_l("Login"))


class LoginNameForm(Form):
    login = StringField(
        _l("Login"),
        [DataRequired(_l("Podaj login."))],
        description=_l("Na przykład imię i nazwisko, z kropką w środku."),
    )


class NewPasswordForm(Form):
    password = PasswordField(_l("Nowe hasło"), [InputRequired(_l("Podaj nowe hasło."))])
    repeat = PasswordField(_l("Powtórz nowe hasło"), [EqualTo("password", _REPEAT)])


class ChangePasswordForm(Form):
    current = PasswordField(_l("Obecne hasło"), [InputRequired(_l("Podaj obecne hasło."))])
    new = PasswordField(_l("Nowe hasło"), [InputRequired(_l("Podaj nowe hasło."))])
    repeat = PasswordField(_l("Powtórz nowe hasło"), [EqualTo("new", _REPEAT)])


class AccountForm(Form):
    """A new account; its units are typed as codes."""

    login = StringField(_l("Login"), [DataRequired(_l("Podaj login."))])
    role = RadioField(_l("Rola"), default=Role.RESIDENT.value)
    units = StringField(_l("Lokale"), description=_l("Kody lokali, oddzielone przecinkami."))
    email = EmailField(_l("E-mail"))

    def unit_codes(self) -> list[str]:
        return [code.strip() for code in (self.units.data or "").split(",") if code.strip()]


class PersonAccountForm(AccountForm):
    """A new account of a person of the books, whose units are offered."""

    units = SelectMultipleField(_l("Lokale"))  # type: ignore[assignment]

    def unit_codes(self) -> list[str]:
        return list(self.units.data or [])


class FirstContactForm(Form):
    """Contacts as somebody gives them while being shown round."""

    email = EmailField(_l("E-mail"))
    phone = TelField(_l("Telefon komórkowy"))


class ContactForm(FirstContactForm):
    current = PasswordField(_l("Obecne hasło"), [InputRequired(_l("Podaj obecne hasło."))])


class CodeForm(Form):
    code = StringField(_l("Kod z SMS-a"), [DataRequired(_l("Wpisz kod."))])


class UnlockForm(Form):
    identifier = StringField(_l("Login lub e-mail"), [DataRequired(_l("Podaj login."))])
    channel = RadioField(
        _l("Gdzie wysłać kod"),
        choices=[SelectChoice("email", _l("Na e-mail")), SelectChoice("sms", _l("SMS-em"))],
        default="email",
    )


class UnlockCodeForm(Form):
    identifier = HiddenField(validators=[DataRequired(_l("Podaj login."))])
    code = StringField(_l("Kod z wiadomości"), [DataRequired(_l("Wpisz kod."))])


class PasswordRulesForm(Form):
    """What the manager asks of passwords and sessions. Numbers are checked by the rules."""

    preset = RadioField(
        _l("Wymagania dla nowych haseł"),
        choices=[
            SelectChoice("osiedle", _l("Zalecane")),
            SelectChoice("nadodrze", _l("Najprostsze: 7 znaków, litera i wielka litera")),
            SelectChoice("own", _l("Własne")),
        ],
    )
    least = IntegerField(_l("Najmniej znaków"), [InputRequired()])
    letter = BooleanField(_l("Co najmniej jedna litera"))
    capital = BooleanField(_l("Co najmniej jedna wielka litera"))
    digit = BooleanField(_l("Co najmniej jedna cyfra"))
    sign = BooleanField(_l("Co najmniej jeden znak inny niż litera i cyfra"))
    common = BooleanField(_l("Bez haseł z listy najczęstszych, także polskich"))
    change = RadioField(
        _l("Hasło startowe"),
        choices=[
            SelectChoice("forced", _l("trzeba zmienić przy pierwszym logowaniu")),
            SelectChoice("recommended", _l("warto zmienić: portal o tym przypomina")),
        ],
    )
    start_days = IntegerField(_l("Ile dni działa hasło startowe"), [InputRequired()])
    wait_for_night = BooleanField(_l("Nowe konto działa dopiero po najbliższym nocnym pobraniu danych"))
    reset = RadioField(
        _l("Kto nie pamięta hasła, dostaje e-mailem"),
        choices=[
            SelectChoice("link", _l("link do ustawienia nowego hasła (zalecane)")),
            SelectChoice("temporary", _l("jednorazowe hasło tymczasowe")),
        ],
    )
    temporary_hours = IntegerField(_l("Ile godzin działa hasło tymczasowe"), [InputRequired()])
    hours = IntegerField(_l("Najdłuższa sesja, w godzinach"), [InputRequired()])
    idle_minutes = IntegerField(_l("Wylogowanie po bezczynności, w minutach"), [InputRequired()])


class IdentityForm(Form):
    """How staff made sure who asks."""

    identity = StringField(
        _l("Jak sprawdzono tożsamość"),
        description=_l("Na przykład: dowód osobisty okazany w biurze. Nie wpisuj numeru dokumentu."),
    )


class CorrectionForm(IdentityForm):
    """What staff correct of an account, and vouch for."""

    login = StringField(_l("Login"))
    email = EmailField(_l("E-mail"))
    phone = TelField(_l("Telefon komórkowy"))


class CloseForm(Form):
    reason = StringField(_l("Powód"), description=_l("Zostanie zapisany przy koncie i w dzienniku."))
