"""What stands on letters and text messages."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import portal, settings
from app.office.forms import LettersForm
from app.office.portal_rules import Letters
from app.office.queries import fresh_profile
from app.office.staff.hub import HOME, pages
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

FIELDS = ("sender_name", "reply_to", "signature", "sms_sender")
sections.register(
    "configuration", _l("Wiadomości e-mail i SMS"), _l("Nadawca, adres do odpowiedzi, podpis"), f"{HOME}/letters", 50,
    needs=Can.CONFIGURE,
)  # fmt: skip


@pages.route("/configuration/letters", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def letters() -> Any:
    found = settings.fresh(Letters)
    form = filled(LettersForm, sms_plain=found.sms_plain, **{field: getattr(found, field) for field in FIELDS})
    if request.method != "POST":
        return render("office/letters.html", form=form, now=fresh_profile())
    sentence = None
    try:
        value = Letters(**{field: form[field].data or "" for field in FIELDS}, sms_plain=bool(form.sms_plain.data))
        portal.write_letters(actor(), value)
        flash(_("Zapisano ustawienia wiadomości."), "success")
        return see_other(f"{HOME}/letters")
    except Refused as refusal:
        sentence = refuse(form, refusal)
    return render("office/letters.html", form=form, now=fresh_profile(), sentence=sentence), 422
