"""What is typed when support is let in, and when it comes."""

from __future__ import annotations

from wtforms import BooleanField, Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l
from app.support.rules import LENGTHS


class GrantForm(Form):
    note = StringField(
        _l("W jakiej sprawie"),
        description=_l("Na przykład: nie wczytuje się plik z saldami. Trafi do dziennika zmian."),
    )
    hours = RadioField(
        _l("Na jak długo"),
        choices=[SelectChoice(str(hours), label) for hours, label in LENGTHS.items()],
        default="4",
        validate_choice=False,
    )
    writes = BooleanField(
        _l("Pozwól też zmieniać część ustawień"),
        description=_l("Wygląd, menu, stronę kontaktu, terminy odpowiedzi i wczytywanie danych. Nic więcej."),
    )


class ReasonForm(Form):
    note = StringField(_l("Powód wejścia"), description=_l("Zobaczy go administrator zarządcy w dzienniku zmian."))
