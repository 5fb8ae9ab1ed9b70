"""What the manager fills in about webhooks."""

from __future__ import annotations

from wtforms import Form, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l
from app.hooks.rules import EVENTS


class WebhookForm(Form):
    """An address and what it is to be told."""

    name = StringField(_l("Nazwa"), description=_l("Na przykład nazwa programu, który ma dostawać zdarzenia."))
    url = StringField(_l("Adres"), description=_l("Pełny adres od autora programu, zaczyna się od https://."))
    events = SelectMultipleField(
        _l("O czym powiadamiać"),
        choices=[SelectChoice(name, label) for name, label in EVENTS.items()],
        default=list(EVENTS),
    )
