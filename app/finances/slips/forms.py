"""What people choose and type for a slip."""

from __future__ import annotations

from wtforms import Form, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.language import lazy_gettext as _l

NAME, ADDRESS = 120, 160


class PaperForm(Form):
    """Who pays and how; what is paid comes along from the page."""

    what = HiddenField()
    amount = HiddenField()
    sender_name = StringField(
        _l("Imię i nazwisko lub nazwa"),
        [InputRequired(_l("Podaj, kto płaci.")), Length(max=NAME)],
    )
    sender_address = StringField(_l("Adres"), [Length(max=ADDRESS)])
    how = RadioField(
        _l("Sposób zapłaty"),
        choices=[
            SelectChoice("cash", _l("gotówką w banku lub na poczcie")),
            SelectChoice("transfer", _l("przelewem z Twojego rachunku")),
        ],
        default="cash",
    )
