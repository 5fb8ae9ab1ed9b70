"""What somebody types who asks for a trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import EmailField, Form, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.language import lazy_gettext as _l

KINDS = {
    "cooperative": _l("spółdzielnia"),
    "association": _l("wspólnota"),
    "agency": _l("firma zarządzająca"),
}


class TrialForm(Form):
    """`trap` stays empty, `code` answers `challenge`: see the code against robots."""

    name = StringField(
        _l("Nazwa spółdzielni, wspólnoty lub firmy"),
        [InputRequired(_l("Podaj nazwę.")), Length(max=200, message=_l("Nazwa może mieć najwyżej 200 znaków."))],
        description=_l("Pełna, tak jak na pismach do mieszkańców."),
    )
    kind = RadioField(_l("Kim jesteście"), [InputRequired(_l("Zaznacz, kim jesteście."))], validate_choice=True)
    slug = StringField(
        _l("Adres portalu"),
        [InputRequired(_l("Podaj adres portalu."))],
        description=_l(
            "Początek adresu (subdomena): małe litery bez polskich znaków, cyfry i łącznik, np. sm-kwiatowa."
        ),
    )
    email = EmailField(
        _l("E-mail administratora"),
        [InputRequired(_l("Podaj adres e-mail.")), Length(max=254, message=_l("Ten adres e-mail jest za długi."))],
        description=_l("Na ten adres wyślemy link, którym potwierdzisz zamówienie."),
    )
    challenge = HiddenField()
    trap = StringField(_l("Nie wypełniaj tego pola"))
    code = StringField(_l("Kod z podpowiedzi"), [InputRequired(_l("Przepisz kod cyframi."))])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [SelectChoice(code, str(label)) for code, label in KINDS.items()]

    def __iter__(self) -> Iterator[Any]:
        return iter(sorted(self._fields.values(), key=lambda one: one.name == "code"))


class AddressForm(Form):
    """Another subdomain, when the one asked for went to somebody else meanwhile."""

    slug = StringField(_l("Adres portalu"), [InputRequired(_l("Podaj adres portalu."))])
