"""What the manager fills in about tokens."""

from __future__ import annotations

from wtforms import Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from app.api.rules import LIVES, OVERLAPS, SCOPES
from app.core.language import lazy_gettext as _l


class TokenForm(Form):
    """A new token."""

    name = StringField(_l("Nazwa"), description=_l("Na przykład nazwa programu księgowego, który będzie go używał."))
    scopes = RadioField(
        _l("Co program może robić"),
        choices=[SelectChoice(name, label) for name, label in SCOPES.items()],
        default="imports:write",
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
