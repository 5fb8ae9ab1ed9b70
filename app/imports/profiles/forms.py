"""What staff fill in to say how their files are made. One form for each sheet, its fields from the sheet's columns."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, Form, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.imports.profiles.preview import Heading
from app.imports.profiles.wording import PART_LABELS, SHEET_LABELS, column_label
from app.imports.reading.columns import Column
from app.imports.reading.mapping import MAX_HEADER
from app.imports.reading.sheets import Sheet

#: What the list of a column offers besides the columns of the file.
AUTOMATIC, CONSTANT, SIDES, SKIP, TAKEN = "", "=constant", "=sides", "=skip", "col:"


class NewProfileForm(Form):
    """A profile made on a file."""

    name = StringField(
        _l("Nazwa profilu"),
        [InputRequired(_l("Podaj nazwę profilu."))],
        description=_l("Na przykład nazwa programu, z którego pochodzą pliki."),
    )
    file = FileField(
        _l("Plik z Twojego programu"),
        description=_l("XLSX, XLS, ODS, CSV albo ZIP, do 32 MB. Na nim zobaczysz, jak portal czyta Twoje dane."),
    )


class TakenProfileForm(Form):
    """A profile that was exported here or at another manager's."""

    json = FileField(_l("Plik profilu (JSON)"))
    name = StringField(_l("Nazwa"), description=_l("Zostaw puste, żeby wziąć nazwę z pliku."))


class NameForm(Form):
    name = StringField(_l("Nazwa profilu"), [InputRequired(_l("Podaj nazwę profilu."))])


class SampleForm(Form):
    file = FileField(_l("Plik z Twojego programu"))


def sheets_form() -> type[Form]:
    """Which tab holds which sheet: `tabs_SHEET`, names divided by a bar, and `off_SHEET`."""
    fields: dict[str, Any] = {}
    for name, label in SHEET_LABELS.items():
        fields[f"tabs_{name}"] = StringField(label)
        fields[f"off_{name}"] = BooleanField(_l("Nie wczytuj"))
    return type("SheetsForm", (Form,), fields)


def columns_form(sheet: Sheet, found: list[Heading], automatic: dict[str, Heading], kept: set[str]) -> type[Form]:
    """How each column of `sheet` is made; `found` are the columns of the file, `kept` those the mapping speaks of."""
    offered = [(heading.source, heading_label(heading)) for heading in found]
    known = {source for source, _label in offered}
    offered += [(source, _("%(name)s (nie ma w pliku)", name=source)) for source in sorted(kept - known)]
    fields: dict[str, Any] = {
        "header": IntegerField(
            _l("W którym wierszu są nazwy kolumn"),
            [Optional(), NumberRange(0, MAX_HEADER, _l("Podaj liczbę od 0 do 1000."))],
            description=_l("Zostaw puste, jeśli w pierwszym niepustym. Wpisz 0, jeśli plik nie ma nazw kolumn."),
        )
    }
    for column in sheet.columns:
        fields |= _column_fields(sheet, column, offered, automatic.get(column.name))
    if sheet.name == "ledger":
        fields |= _amount_fields(offered)
    return type("ColumnsForm", (Form,), fields)


def heading_label(heading: Heading) -> str:
    """`C: Kwota`."""
    return f"{heading.letter}: {heading.name or _('(bez nazwy)')}"


def _column_fields(
    sheet: Sheet, column: Column, offered: list[tuple[str, str]], automatic: Heading | None
) -> dict[str, Any]:
    said = (
        _("automatycznie: %(name)s", name=heading_label(automatic)) if automatic else _("automatycznie: nie znaleziono")
    )
    ways = [SelectChoice(AUTOMATIC, said)]
    ways += [SelectChoice(TAKEN + source, label) for source, label in offered]
    ways.append(SelectChoice(CONSTANT, _("zawsze to samo (stała wartość)")))
    if sheet.name == "ledger" and column.name == "kind":
        ways.append(SelectChoice(SIDES, _("według strony: Wn to naliczenie, Ma to wpłata")))
    if not column.required:
        ways.append(SelectChoice(SKIP, _("nie wczytuj")))
    more = [SelectChoice("", _("nic"))] + [SelectChoice(source, label) for source, label in offered]
    parts = [SelectChoice("", _("całą komórkę"))] + [SelectChoice(key, label) for key, label in PART_LABELS.items()]
    name = f"c_{column.name}"
    fields = {
        name: SelectField(column_label(sheet.name, column), choices=ways, validate_choice=False),
        f"{name}_text": StringField(_l("Stała wartość")),
        f"{name}_part": SelectField(_l("Weź z komórki"), choices=parts, validate_choice=False),
        f"{name}_sign": StringField(_l("Znak, który dzieli komórkę")),
        f"{name}_and": SelectField(_l("Dołącz kolumnę"), choices=more, validate_choice=False),
        f"{name}_and2": SelectField(_l("i jeszcze kolumnę"), choices=more, validate_choice=False),
        f"{name}_with": StringField(
            _l("Łącz znakiem"), default=" ", filters=[lambda typed: " " if typed is None else typed]
        ),
        f"{name}_words": TextAreaField(_l("Zamień słowa")),
    }
    if column.kind.money:
        fields[f"{name}_negate"] = BooleanField(_l("Odwróć znak"))
    return fields


def _amount_fields(offered: list[tuple[str, str]]) -> dict[str, Any]:
    columns = [SelectChoice("", _("wybierz kolumnę"))] + [SelectChoice(source, label) for source, label in offered]
    return {
        "way": RadioField(
            _l("Jak zapisane są kwoty"),
            choices=[
                SelectChoice("two", _("dwie kolumny: Wn i Ma")),
                SelectChoice("signed", _("jedna kolumna, strona wynika ze znaku")),
                SelectChoice("side", _("jedna kolumna z kwotą, a druga mówi, czy to Wn, czy Ma")),
            ],
            default="two",
            validate_choice=False,
        ),
        "amount": SelectField(_l("Kolumna z kwotą"), choices=columns, validate_choice=False),
        "plus": RadioField(
            _l("Kwota bez minusa to"),
            choices=[
                SelectChoice("debit", _("Wn: lokal ma zapłacić")),
                SelectChoice("credit", _("Ma: lokal zapłacił")),
            ],
            default="debit",
            validate_choice=False,
        ),
        "side": SelectField(_l("Kolumna ze stroną"), choices=columns, validate_choice=False),
        "debit_words": StringField(_l("Słowa, które znaczą Wn"), description=_l("Po przecinku. Wn, W, D i Dt znamy.")),
        "credit_words": StringField(_l("Słowa, które znaczą Ma"), description=_l("Po przecinku. Ma, M, C i Ct znamy.")),
        "swapped": BooleanField(_l("Strony są zamienione: w kolumnie Wn są wpłaty")),
        "storno": BooleanField(_l("Minus oznacza storno: przenieś kwotę na drugą stronę")),
    }
