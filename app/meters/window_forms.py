"""What staff fill in for a window of readings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wtforms import DateField, Form, HiddenField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.meters.commands.windows import Wish
from app.meters.queries.windows import Window
from app.meters.rules import METERS, PHOTOS

_DAY = (InputRequired(message=_l("Podaj dzień.")),)
OPEN_DAYS, BACK_DAYS, REMIND_DAYS = 14, 7, 3


class WindowForm(Form):
    """Days are checked by the command, so that every way of opening refuses alike."""

    media = SelectMultipleField(
        _l("Których liczników"), choices=[SelectChoice(key, label) for key, label in METERS.items()]
    )
    buildings = SelectMultipleField(
        _l("Budynki"), description=_l("Nie zaznaczaj żadnego, jeśli prosisz wszystkie budynki."), choices=[]
    )
    opens_on = DateField(_l("Przyjmuj od"), _DAY)
    closes_on = DateField(_l("Przyjmuj do"), _DAY, description=_l("Włącznie z tym dniem. Potem okno zamknie się samo."))
    reads_from = DateField(_l("Odczyty najwcześniej z dnia"), _DAY)
    reads_to = DateField(_l("Odczyty najpóźniej z dnia"), _DAY)
    photo = RadioField(
        _l("Zdjęcie licznika"), choices=[SelectChoice(key, label) for key, label in PHOTOS.items()], default="optional"
    )
    words = TextAreaField(
        _l("Słowo do mieszkańców"), description=_l("Na przykład: spisz tylko czarne cyfry i te po przecinku.")
    )
    remind_days = IntegerField(
        _l("Przypomnij na ile dni przed końcem"),
        (InputRequired(message=_l("Podaj liczbę.")),),
        description=_l("Tylko tym, którzy jeszcze nie podali stanu. 0: nie przypominaj."),
    )
    form_key = HiddenField()

    def wish(self) -> Wish:
        """What was filled in; the form is valid."""
        return Wish(
            tuple(self.media.data or ()),
            tuple(self.buildings.data or ()),
            self.opens_on.data or date.min,
            self.closes_on.data or date.min,
            self.reads_from.data or date.min,
            self.reads_to.data or date.min,
            self.photo.data or "",
            self.words.data or "",
            self.remind_days.data or 0,
        )


def fresh(today: date) -> dict[str, Any]:
    """What a new window is likely to be."""
    until = today + timedelta(days=OPEN_DAYS)
    return {
        "media": ["cold_water", "hot_water"],
        "opens_on": today,
        "closes_on": until,
        "reads_from": today - timedelta(days=BACK_DAYS),
        "reads_to": until,
        "remind_days": REMIND_DAYS,
        "form_key": new_public_id(),
    }


def of_window(window: Window) -> dict[str, Any]:
    """A window as its form shows it."""
    return {
        "media": list(window.media),
        "buildings": list(window.buildings or ()),
        "opens_on": window.opens_on,
        "closes_on": window.closes_on,
        "reads_from": window.reads_from,
        "reads_to": window.reads_to,
        "photo": window.photo,
        "words": window.words,
        "remind_days": window.remind_days,
    }
