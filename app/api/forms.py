"""What the manager fills in about tokens."""

from __future__ import annotations

from wtforms import Form, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from app.api.rules import LIVES, OVERLAPS, SCOPES
from app.core.language import lazy_gettext as _l


class TokenForm(Form):
    """A new token."""

    name = StringField(_l("Nazwa"), description=_l("Na przykład nazwa programu księgowego, który będzie go używał."))
    scopes = SelectMultipleField(
        _l("Co program może robić"),
        choices=[SelectChoice(name, label) for name, label in SCOPES.items()],
        default=["imports:write"],
        description=_l("Zaznacz tylko to, czego program potrzebuje."),
    )
    buildings = SelectMultipleField(
        _l("Tylko wybrane budynki"),
        description=_l("Nie zaznaczaj nic, jeśli program ma czytać o wszystkich budynkach."),
        validate_choice=False,
    )
    life = RadioField(
        _l("Jak długo działa"), choices=[SelectChoice(name, label) for name, (label, _d) in LIVES.items()],
        default="365",
    )  # fmt: skip


class RotationForm(Form):
    """A new secret for a token."""

    overlap = RadioField(
        _l("Stary token"),
        choices=[SelectChoice(name, label) for name, (label, _h) in OVERLAPS.items()],
        default="24",
        description=_l("Tyle masz czasu, by wpisać nowy token w programie księgowym."),
    )
