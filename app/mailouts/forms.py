"""What staff type for a mailout."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField

from app.audience.forms import AudienceFields
from app.core.language import lazy_gettext as _l


class MailoutForm(AudienceFields):
    """Checked by `rules`, so that the command line and the page refuse alike."""

    subject = StringField(_l("Temat"))
    body = TextAreaField(
        _l("Treść"),
        description=_l(
            "Zwykły tekst. Pusty wiersz zaczyna nowy akapit. {imię}, {nazwisko} i {lokal} wypełnimy dla każdego."
        ),
    )
    form_key = HiddenField()
