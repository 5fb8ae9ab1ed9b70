"""What people type to get in. Rules are checked by the commands, not here."""

from __future__ import annotations

from wtforms import EmailField, Form, PasswordField, RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired

from app.core.actor import Role
from app.core.language import lazy_gettext as _l

ROLES = {
    Role.RESIDENT: _l("Mieszkaniec"),
    Role.CLERK: _l("Pracownik biura"),
    Role.ACCOUNTANT: _l("Księgowość"),
    Role.BOARD: _l("Zarząd"),
    Role.ADMIN: _l("Administrator"),
}
_REPEAT = _l("Oba nowe hasła muszą być takie same.")


class LoginForm(Form):
    login = StringField(_l("Login lub e-mail"), [DataRequired(_l("Podaj login."))])
    password = PasswordField(_l("Hasło"), [InputRequired(_l("Podaj hasło."))])


class ForgotForm(Form):
    identifier = StringField(_l("E-mail lub login"), [DataRequired(_l("Podaj adres e-mail albo login."))])
    login = StringField(_l("Login"))


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
