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
_REPEAT = _l("Powtórzone hasło jest inne.")


class LoginForm(Form):
    login = StringField(_l("Login lub e-mail"), [DataRequired(_l("Proszę podać login."))])
    password = PasswordField(_l("Hasło"), [InputRequired(_l("Proszę podać hasło."))])


class ForgotForm(Form):
    identifier = StringField(_l("E-mail lub login"), [DataRequired(_l("Proszę podać adres e-mail albo login."))])
    login = StringField(_l("Login"))


class NewPasswordForm(Form):
    password = PasswordField(_l("Nowe hasło"), [InputRequired(_l("Proszę podać nowe hasło."))])
    repeat = PasswordField(_l("Powtórz nowe hasło"), [EqualTo("password", _REPEAT)])


class ChangePasswordForm(Form):
    current = PasswordField(_l("Obecne hasło"), [InputRequired(_l("Proszę podać obecne hasło."))])
    new = PasswordField(_l("Nowe hasło"), [InputRequired(_l("Proszę podać nowe hasło."))])
    repeat = PasswordField(_l("Powtórz nowe hasło"), [EqualTo("new", _REPEAT)])


class AccountForm(Form):
    """A new account; its units are typed as codes."""

    login = StringField(_l("Login"), [DataRequired(_l("Proszę podać login."))])
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
