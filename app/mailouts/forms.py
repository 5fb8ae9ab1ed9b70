"""What staff type for a mailout."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l

EVERYONE, BUILDING = "all", "building"


class MailoutForm(Form):
    """Checked by `rules`, so that the command line and the page refuse alike."""

    audience = RadioField(
        _l("Do kogo"),
        choices=[SelectChoice(EVERYONE, _l("Wszyscy mieszkańcy")), SelectChoice(BUILDING, _l("Jeden budynek"))],
        default=EVERYONE,
    )
    building = SelectField(_l("Budynek"), validate_choice=False)
    subject = StringField(_l("Temat"))
    body = TextAreaField(
        _l("Treść"),
        description=_l(
            "Zwykły tekst. Pusty wiersz zaczyna nowy akapit. {imię}, {nazwisko} i {lokal} wypełnimy dla każdego."
        ),
    )
    form_key = HiddenField()

    def chosen(self) -> dict[str, Any]:
        """The audience as JSON."""
        if self.audience.data == BUILDING:
            return {"buildings": [self.building.data] if self.building.data else []}
        return {"all": True}
