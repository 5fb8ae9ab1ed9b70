"""What staff fill in to hand over a package."""

from __future__ import annotations

from wtforms import BooleanField, FileField, Form, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l


class PackageForm(Form):
    """A package of books."""

    file = FileField(_l("Plik z danymi"))
    mode = RadioField(
        _l("Co jest w paczce"),
        choices=[
            SelectChoice("snapshot", _l("Pełny stan: czego w niej nie ma, zostanie wycofane")),
            SelectChoice("increment", _l("Przyrost: tylko nowe i zmienione wiersze")),
        ],
        default="snapshot",
    )
    profile = SelectField(_l("Profil importu"), validate_choice=False)
    sheet = SelectField(_l("Co jest w pojedynczym pliku CSV"), validate_choice=False)
    dry_run = BooleanField(_l("Tylko sprawdź, niczego nie publikuj"))


class LimitsForm(Form):
    """What a package may change unasked; empty: anything. Sums in whole złoty."""

    always = BooleanField(_l("Każda zmiana czeka na zgodę"))
    units = IntegerField(_l("Ile lokali może zniknąć"), [Optional()])
    percent = IntegerField(_l("Ile wierszy arkusza może zniknąć, w procentach"), [Optional()])
    total = IntegerField(_l("O ile może zmienić się suma wszystkich sald, w złotych"), [Optional()])
    unit = IntegerField(_l("O ile może zmienić się saldo jednego lokalu, w złotych"), [Optional()])
