"""When an important letter goes on to the next channel, as staff fill it in."""

from __future__ import annotations

from wtforms import Form, IntegerField
from wtforms.validators import Optional

from app.core.language import lazy_gettext as _l


class EscalationForm(Form):
    """Hours; 0 or nothing leaves a channel out."""

    sms_hours = IntegerField(
        _l("SMS po ilu godzinach"),
        [Optional()],
        description=_l("Gdy nikt nie odczytał ważnej wiadomości w portalu. 0 – bez SMS-ów."),
    )
    letter_hours = IntegerField(
        _l("List papierowy po ilu godzinach"),
        [Optional()],
        description=_l("Trafi na listę do wydruku. 0 – bez listów."),
    )
