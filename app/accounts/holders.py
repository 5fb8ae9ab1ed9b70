"""The manager's rule of what tenants and proxies see of a unit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash
from wtforms import BooleanField, Form

from app.accounts.rules.holders import Holders
from app.core.actor import Can
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import settings
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import actor

HERE = "/admin/configuration/holders"
pages = Blueprint("holders", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Kto co widzi o lokalu"),
    _l("Właściciele, najemcy i pełnomocnicy: saldo i parametry opłat."),
    HERE,
    65,
    needs=Can.CONFIGURE,
)


class HoldersForm(Form):
    proxies_balance = BooleanField(_l("Pełnomocnik widzi saldo, naliczenia i wpłaty"))
    proxies_charges = BooleanField(_l("Pełnomocnik widzi parametry naliczeń i liczbę osób"))
    tenants_charges = BooleanField(_l("Najemca widzi parametry naliczeń i liczbę osób"))


@pages.get("/configuration/holders")
@needs(Can.CONFIGURE)
def edit() -> str:
    chosen = settings.fresh(Holders)
    return render("accounts/holders.html", form=filled(HoldersForm, **{n: getattr(chosen, n) for n in _NAMES}))


@pages.post("/configuration/holders")
@needs(Can.CONFIGURE)
def save() -> Any:
    form = filled(HoldersForm)
    settings.write(actor(), Holders(**{name: bool(form[name].data) for name in _NAMES}))
    flash(_("Zapisano."), "success")
    return see_other(HERE)


_NAMES = ("tenants_charges", "proxies_charges", "proxies_balance")
