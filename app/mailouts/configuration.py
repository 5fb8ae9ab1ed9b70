"""Staff pages around mailouts: templates, and the manager's rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.mailouts import policy, queries, rules
from app.mailouts.commands import templates as saving
from app.mailouts.forms import RulesForm, TemplateForm, of_template
from app.mailouts.staff import HOME
from app.office import settings
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

RULES = "/admin/configuration/mailouts"
pages = Blueprint("mailout_rules", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Wysyłki"), _l("Cisza nocna, druga osoba, cena SMS-a"), RULES, 95, needs=Can.CONFIGURE
)


@pages.get("/configuration/mailouts")
@needs(Can.CONFIGURE)
def rules_page() -> str:
    now = policy.read()
    price = f"{now.sms_grosze // 100},{now.sms_grosze % 100:02d}"
    hours = {name: getattr(now, name) for name in ("sms_from", "sms_until", "mail_from", "mail_until", "second_over")}
    return render("mailouts/rules.html", form=filled(RulesForm, **hours, sms_price=price), sentence=None)


@pages.post("/configuration/mailouts")
@needs(Can.CONFIGURE)
def save_rules() -> Any:
    form = filled(RulesForm)
    try:
        settings.write(actor(), rules.checked_rules(form.chosen()))
    except NotThere:
        raise
    except Refused as refusal:
        return render("mailouts/rules.html", form=form, sentence=refuse(form, refusal)), refusal.status
    flash(_("Zasady wysyłek zostały zapisane."), "success")
    return see_other(RULES)


@pages.get("/mailouts/templates")
@needs(Can.SEND_MAILOUTS)
def templates() -> str:
    return render("mailouts/templates.html", templates=queries.templates(actor()), home=f"{HOME}/templates")


@pages.route("/mailouts/templates/new", methods=["GET", "POST"])
@needs(Can.SEND_MAILOUTS)
def new_template() -> Any:
    return _template(None)


@pages.route("/mailouts/templates/<mailout_template>", methods=["GET", "POST"])
@needs(Can.SEND_MAILOUTS)
def template(mailout_template: str) -> Any:
    return _template(mailout_template)


@pages.post("/mailouts/templates/<mailout_template>/delete")
@needs(Can.SEND_MAILOUTS)
def delete_template(mailout_template: str) -> Response:
    saving.delete_template(actor(), mailout_template)
    flash(_("Szablon został usunięty."), "success")
    return see_other(f"{HOME}/templates")


def _template(public_id: str | None) -> Any:
    known = of_template(queries.template(actor(), public_id)) if public_id else {}
    known.pop("sms", None)
    form = filled(TemplateForm, **known)
    if request.method == "POST":
        try:
            saving.save_template(
                actor(), form.name.data or "", form.subject.data or "", form.body.data or "",
                form.sms_text.data or "", public_id,
            )  # fmt: skip
            flash(_("Szablon został zapisany."), "success")
            return see_other(f"{HOME}/templates")
        except NotThere:
            raise
        except Refused as refusal:
            return _template_page(form, public_id, refuse(form, refusal)), refusal.status
    return _template_page(form, public_id, None)


def _template_page(form: TemplateForm, public_id: str | None, sentence: str | None) -> str:
    address = f"{HOME}/templates/{quote(public_id)}" if public_id else None
    fields = [(name, str(label)) for name, label in rules.FIELDS.items()]
    return render("mailouts/template.html", form=form, sentence=sentence, address=address, fields=fields)
