"""What is typed of an invoice. Files are read beside the form."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l
from app.works.invoices.rules import CATEGORIES, KINDS


class InvoiceForm(Form):
    """`confirm` and `confirm_same` answer questions; `held` names files that were sent before with this form."""

    kind = RadioField(
        _l("Co to jest"), choices=[SelectChoice(key, label) for key, label in KINDS.items()], default="invoice"
    )
    seller = StringField(_l("Wystawca"))
    nip = StringField(_l("NIP wystawcy"))
    number = StringField(_l("Numer"))
    issued_on = DateField(_l("Data wystawienia"), validators=[Optional()])
    net = StringField(_l("Netto (zł)"))
    vat = StringField(_l("VAT (zł)"))
    gross = StringField(_l("Brutto, do zapłaty (zł)"))
    due_on = DateField(_l("Zapłacić do"), validators=[Optional()])
    account = StringField(_l("Numer rachunku bankowego"))
    category = SelectField(
        _l("Za co"), choices=[SelectChoice(key, label) for key, label in CATEGORIES.items()], default="works"
    )
    contract = StringField(_l("Której umowy lub jakich robót dotyczy"))
    note = TextAreaField(_l("Uwagi"))
    confirm = BooleanField(_l("Tak, tak jest na dokumencie"))
    confirm_same = BooleanField(_l("Tak, zapisz jeszcze raz"))
    held = HiddenField()
    form_key = HiddenField()

    def typed(self) -> dict[str, Any]:
        return {name: value for name, value in self.data.items() if name not in ("held", "form_key")}


class MoveForm(Form):
    reason = StringField(_l("Powód odrzucenia"))
    version = HiddenField()
