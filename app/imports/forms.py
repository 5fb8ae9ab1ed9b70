"""What staff fill in to hand over a package."""

from __future__ import annotations

from wtforms import BooleanField, FileField, Form, RadioField
from wtforms.fields.choices import SelectChoice

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
    dry_run = BooleanField(_l("Tylko sprawdź, niczego nie publikuj"))
