"""What administrators and operators type about billing. Values are checked by the rules and commands."""

from __future__ import annotations

from wtforms import Form, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.billing.plans import INTERVALS, PLANS
from app.core.language import lazy_gettext as _l

_PLANS = [SelectChoice(plan.code, plan.name) for plan in PLANS.values()]
_INTERVALS = [SelectChoice(code, label) for code, label in INTERVALS.items()]


class BuyerForm(Form):
    """What stands on invoices."""

    buyer_name = StringField(_l("Nazwa nabywcy"))
    buyer_street = StringField(_l("Ulica i numer"))
    buyer_city = StringField(_l("Kod i miejscowość"))
    nip = StringField(_l("NIP"), description=_l("10 cyfr. Sprawdzimy cyfrę kontrolną."))
    buyer_email = StringField(_l("E-mail do faktur"))


class ChoiceForm(Form):
    """Plan and period that an administrator wants to pay for."""

    plan = RadioField(_l("Plan"), choices=_PLANS, default="basic")
    plan_interval = RadioField(_l("Płatność"), choices=_INTERVALS, default="month")


class AgreementForm(Form):
    """What an operator agreed with a manager."""

    plan = RadioField(_l("Plan"), choices=[SelectChoice("", _l("bez planu")), *_PLANS], default="")
    plan_interval = RadioField(_l("Okres rozliczeniowy"), choices=_INTERVALS, default="month")
    collection = RadioField(
        _l("Rozliczanie"),
        choices=[
            SelectChoice("hand", _l("faktury wystawiane ręcznie, przelew")),
            SelectChoice("stripe", _l("subskrypcja w Stripe")),
        ],
        default="hand",
    )
    trial_until = StringField(
        _l("Okres próbny do dnia"),
        description=_l(
            "Puste pole oznacza brak okresu próbnego. Bez planu i subskrypcji po tym dniu zaczną się ograniczenia."
        ),
    )


class InvoiceForm(Form):
    """An invoice that an operator notes by hand."""

    number = StringField(_l("Numer faktury"), description=_l("Taki jak na dokumencie, na przykład 12/11/2026."))
    period_from = StringField(_l("Okres od"))
    period_until = StringField(_l("Okres do"))
    net = StringField(_l("Kwota netto"), description=_l("W złotych. Podatek VAT doliczymy sami."))
    issued_on = StringField(_l("Data wystawienia"))
    due_on = StringField(_l("Termin płatności"))
    note = StringField(_l("Uwagi"))


class PaidForm(Form):
    """That money came."""

    paid_on = StringField(_l("Data wpływu"))
    note = StringField(_l("Skąd to wiadomo"), description=_l("Na przykład numer wyciągu i pozycja."))


def _days(label: str, hint: str) -> IntegerField:
    return IntegerField(label, [InputRequired(_l("Podaj liczbę dni."))], description=hint)


class StepsForm(Form):
    """The dates of dunning, in days."""

    trial_days = _days(_l("Długość okresu próbnego"), _l("Dni od założenia portalu."))
    due_days = _days(_l("Czas na zapłatę"), _l("Dni od wystawienia faktury."))
    warn_days = _days(
        _l("Pierwsze przypomnienie"),
        _l("Dni po terminie płatności albo po końcu okresu próbnego. List do administratorów."),
    )
    remind_days = _days(_l("Kolejne przypomnienia co"), _l("Dni między listami."))
    read_only_days = _days(
        _l("Panel tylko do odczytu"), _l("Dni po terminie, co najmniej 14. Mieszkańcy nic nie tracą.")
    )
    staff_off_days = _days(_l("Panel zarządcy zamknięty"), _l("Dni po terminie. Mieszkańcy nadal widzą swoje dane."))
    suspend_days = _days(_l("Portal wstrzymany"), _l("Dni po terminie. Ostatni krok, także dla mieszkańców."))
