"""What staff fill in to hand over a bank file, and to say whose the money is."""

from __future__ import annotations

from wtforms import BooleanField, FileField, Form, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.core.language import lazy_gettext as _l

OTHER = "other"


class FileForm(Form):
    """A file from a bank."""

    file = FileField(_l("Plik z banku"))
    form = SelectField(
        _l("Format"),
        choices=[
            SelectChoice("auto", _l("rozpoznaj sam")),
            SelectChoice("mt940", _l("MT940 albo MT942")),
            SelectChoice("camt", _l("camt.052 albo camt.053 (XML)")),
            SelectChoice("elixir", _l("Elixir-0")),
            SelectChoice("mass", _l("wpłaty masowe")),
        ],
        default="auto",
    )
    encoding = SelectField(
        _l("Kodowanie polskich liter"),
        choices=[
            SelectChoice("", _l("rozpoznaj samo")),
            SelectChoice("utf-8", "UTF-8"),
            SelectChoice("cp1250", "CP1250 (Windows)"),
            SelectChoice("iso8859_2", "ISO-8859-2"),
            SelectChoice("cp852", "CP852 (DOS)"),
        ],
        default="",
    )


class MatchForm(Form):
    """Whose the money is: one of the offered units, or another."""

    chosen = RadioField(_l("Lokal"), choices=[], validate_choice=False)
    unit = StringField(_l("Kod innego lokalu"), [Length(max=100)])
    learn = BooleanField(_l("Zapamiętaj: następne wpłaty z tego rachunku przypisuj tak samo"))

    def wanted(self) -> str:
        """The code that was chosen or typed; a typed one counts before a chosen one."""
        typed = (self.unit.data or "").strip()
        return typed or ("" if self.chosen.data in (None, OTHER) else str(self.chosen.data))


class SchemeForm(Form):
    """How a bank makes the manager's virtual accounts."""

    prefix = StringField(_l("Początek rachunków wirtualnych"), [Length(max=40)])
    purpose = StringField(_l("Do czego służą"), [Length(max=100)])
    main_account = StringField(_l("Rachunek główny"), [Length(max=40)])
