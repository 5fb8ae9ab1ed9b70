"""What staff choose when they hand out credentials, and what people type from a letter."""

from __future__ import annotations

from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.core.language import lazy_gettext as _l
from app.credentials import rules
from app.credentials.places import Place


class WayForm(Form):
    way = RadioField(_l("Sposób wydania"), validate_choice=False)


class BatchForm(Form):
    """Whom to give credentials: an empty building is everybody."""

    building = SelectField(_l("Budynek"), validate_choice=False)
    staircase = StringField(_l("Klatka"))
    unopened = BooleanField(_l("Także osoby, które mają konto, ale jeszcze się nie zalogowały"))
    way = RadioField(
        _l("Sposób wydania"),
        choices=[SelectChoice(way, rules.LABELS[way]) for way in rules.BATCH_WAYS],
        default=rules.BEST,
        validate_choice=False,
    )
    form_key = HiddenField()

    def place(self) -> Place:
        """The chosen place."""
        staircase = " ".join((self.staircase.data or "").replace("\0", "").split())[:40]
        return Place((self.building.data or "").replace("\0", "") or None, staircase or None)


class CodeForm(Form):
    login = StringField(_l("Login"), [DataRequired(_l("Podaj login."))])
    code = StringField(_l("Jednorazowy kod"), [DataRequired(_l("Podaj kod z listu."))])
