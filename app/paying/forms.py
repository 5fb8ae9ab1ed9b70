"""What residents choose and type to pay over the internet, and what managers set."""

from __future__ import annotations

from wtforms import BooleanField, Form, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.core.language import lazy_gettext as _l

BALANCE, OWN = "balance", "own"


class PayForm(Form):
    """How much; `key` makes a form that is sent twice one payment."""

    key = HiddenField()
    what = RadioField(_l("Ile chcesz zapłacić?"), choices=[SelectChoice(OWN, _l("inną kwotę"))], validate_choice=False)
    amount = StringField(_l("Kwota w złotych"))


class RulesForm(Form):
    """The manager's rules of online payments; amounts in złoty as people type them."""

    on = BooleanField(
        _l("Mieszkańcy mogą płacić przez internet"),
        description=_l("BLIK, Przelewy24 i karta. Pieniądze trafiają wprost na Twoje konto w Stripe."),
    )
    least = StringField(_l("Najmniejsza płatność w złotych"))
    most = StringField(_l("Największa płatność w złotych"))
    fee = StringField(
        _l("Opłata za jedną płatność w złotych"),
        description=_l(
            "Wpisz 0, jeśli koszty płatności bierzesz na siebie. Mieszkaniec zobaczy opłatę, zanim zapłaci."
        ),
    )
    fee_percent = StringField(
        _l("Opłata w procentach kwoty"),
        description=_l(
            "Na przykład 0 albo 1,2. Przy opłacie większej od zera nie proponujemy karty: od konsumenta nie wolno "
            "pobierać opłaty za płacenie kartą (art. 62 ust. 4 dyrektywy 2015/2366)."
        ),
    )


class RefundForm(Form):
    """How much money goes back, and why; `key` makes a form that is sent twice one return."""

    key = HiddenField()
    amount = StringField(_l("Ile oddajesz, w złotych"))
    reason = TextAreaField(
        _l("Powód zwrotu"), description=_l("Dla pracowników i dziennika zmian. Mieszkaniec go nie zobaczy.")
    )
