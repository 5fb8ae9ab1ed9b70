"""What an administrator says about a member of staff. Rules are checked by the commands."""

from __future__ import annotations

from wtforms import EmailField, Form, RadioField, SelectMultipleField, StringField

from app.core.actor import Role
from app.core.language import lazy_gettext as _l


class RightsForm(Form):
    """Role and buildings; no building is all of them."""

    role = RadioField(_l("Rola"), default=Role.CLERK.value, validate_choice=False)
    buildings = SelectMultipleField(
        _l("Tylko wybrane budynki"),
        description=_l("Nie zaznaczaj nic, jeśli ta osoba ma obsługiwać wszystkie budynki."),
        validate_choice=False,
    )


class InvitationForm(RightsForm):
    login = StringField(
        _l("Login"), description=_l("Na przykład anna.kowalska. Tym loginem ta osoba będzie się logować.")
    )
    email = EmailField(_l("E-mail"), description=_l("Na ten adres wyślemy link do ustawienia hasła."))


class RemovalForm(Form):
    reason = StringField(_l("Powód"), description=_l("Zostanie zapisany w dzienniku."))
