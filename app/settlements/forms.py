"""What staff type about settlement runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l
from app.settlements.rules import BASES, DIFFERENCES, KINDS, MEDIA, PURPOSES, USES

SOURCES = {
    "components": _l("składniki naliczeń"),
    "account": _l("naliczenia na koncie w księgach"),
    "file": _l("tylko z pliku albo wpisane ręcznie"),
}


def choices(known: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What a field offers, from values and labels."""
    pairs = known.items() if isinstance(known, Mapping) else known
    return [SelectChoice(value, label) for value, label in pairs]


class OutlineForm(Form):
    form_key = HiddenField()
    version = HiddenField()
    title = StringField(_l("Tytuł"), description=_l("Zobaczą go mieszkańcy, na przykład „Ogrzewanie 2025/2026”."))
    medium = RadioField(_l("Co rozliczasz"), choices=choices(MEDIA), validate_choice=False, default="heat")
    from_on = DateField(_l("Pierwszy dzień okresu"), validators=[Optional()])
    to_on = DateField(_l("Ostatni dzień okresu"), validators=[Optional()])
    buildings = SelectMultipleField(_l("Budynki"), choices=[], validate_choice=False)
    due_on = DateField(_l("Termin dopłaty"), validators=[Optional()])
    note = TextAreaField(_l("Wiadomość do mieszkańców"))


class CostForm(Form):
    version = HiddenField()
    name = StringField(_l("Nazwa kosztu"))
    document = StringField(_l("Numer faktury lub uchwały"))
    kind = SelectField(_l("Rodzaj"), choices=choices(KINDS), validate_choice=False)
    purpose = SelectField(_l("Część ciepłej wody"), choices=choices(PURPOSES), validate_choice=False, default="")
    amount = StringField(_l("Kwota w zł, a przy taryfie cena za jednostkę"))


class RulesForm(Form):
    version = HiddenField()
    fixed_percent = StringField(
        _l("Udział części stałej w procentach"),
        description=_l("Dotyczy kosztów „do podziału na część stałą i zmienną”."),
    )
    fixed_basis = SelectField(_l("Część stałą dziel według"), choices=choices(BASES), validate_choice=False)
    use_in = SelectField(_l("Część zmienną dziel według"), choices=choices(USES), validate_choice=False)
    main_use = StringField(
        _l("Zużycie z licznika głównego"), description=_l("Puste: różnicy wodomierzowej nie liczymy.")
    )
    difference = SelectField(
        _l("Różnicę między licznikiem głównym a sumą lokali"), choices=choices(DIFFERENCES), validate_choice=False
    )
    lump_norm = StringField(
        _l("Norma ryczałtu"),
        description=_l(
            "Woda: na osobę i miesiąc. Ogrzewanie: na m² w całym okresie. Liczy się tam, gdzie nie ma odczytu."
        ),
    )
    least_percent = StringField(_l("Najmniejsze zużycie, które się liczy, w procentach średniej na m²"))
    most_percent = StringField(_l("Największe zużycie, które się liczy, w procentach średniej na m²"))
    source = RadioField(_l("Zaliczki bierz z"), choices=choices(SOURCES), validate_choice=False)
    codes = SelectMultipleField(_l("Składniki naliczeń"), choices=[], validate_choice=False)
    account = SelectField(_l("Konto w księgach"), choices=[], validate_choice=False)


class UnitForm(Form):
    version = HiddenField()
    use = StringField(_l("Zużycie"), description=_l("Puste: z odczytów."))
    coefficient = StringField(_l("Współczynnik wyrównawczy"))
    advances = StringField(_l("Zaliczki (zł)"), description=_l("Puste: z ksiąg."))
    lump = BooleanField(_l("Rozlicz ryczałtem"))
    reason = StringField(
        _l("Dlaczego ryczałt"), description=_l("Przeczyta to mieszkaniec, na przykład „brak dostępu do licznika”.")
    )


class ReasonForm(Form):
    version = HiddenField()
    reason = TextAreaField(_l("Powód wycofania"), description=_l("Przeczytają go mieszkańcy."))
