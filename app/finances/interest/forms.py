"""What staff type to hold interest back."""

from __future__ import annotations

from wtforms import Form, StringField, TextAreaField

from app.core.language import lazy_gettext as _l


class HoldForm(Form):
    """Checked by `holding.hold`, so that every door refuses alike; `entry` is chosen in the table of documents."""

    entry = StringField(_l("Opłata"))
    reason = TextAreaField(
        _l("Powód"),
        description=_l("Zobaczy go mieszkaniec, na przykład „uchwała zarządu 12/2026, spłata w ratach”."),
    )
    until = StringField(
        _l("Do kiedy włącznie"),
        description=_l("Po tym dniu odsetki znów się liczą. Puste: dopóki nie cofniesz wstrzymania."),
    )
