"""Legalizacje: the meters whose verification has ended or ends soon, to look at and to take away."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from app.core.actor import Can
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.spreadsheets import TYPES, as_csv
from app.estate.queries import buildings
from app.meters import tabs
from app.meters.frame import office_frame
from app.meters.queries import expiring
from app.meters.rules import METERS
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

VERIFICATIONS = "/admin/media/verifications"
MONTHS = (1, 3, 6, 12, 24)
pages = Blueprint("verifications", __name__, template_folder="templates")
tabs.register_staff(VERIFICATIONS, _l("Legalizacje"), 30, pages.name, Can.SEE_METERS)


@pages.get("/media/verifications")
@needs(Can.SEE_METERS)
def index() -> str:
    asked = _asked()
    return render(
        "meters/verifications.html",
        **office_frame(),
        page=expiring.meters(actor(), asked, today(), page_number(request.args.get("page"))),
        page_url=f"{VERIFICATIONS}?{urlencode({**asked.query, 'page': ''})}",
        file_url=f"{VERIFICATIONS}.csv?{urlencode(asked.query)}",
        asked=asked,
        months=MONTHS,
        media=list(METERS.items()),
        buildings=buildings(actor()),
        today=today(),
    )


@pages.get("/media/verifications.csv")
@needs(Can.SEE_METERS)
def csv_file() -> Response:
    found = expiring.meters(actor(), _asked(), today(), 1, expiring.MOST_ROWS).rows
    headers = [
        _("lokal"), _("adres"), _("klatka"), _("numer"), _("medium"), _("miejsce"), _("montaż"), _("legalizacja_do"),
    ]  # fmt: skip
    rows = [
        [one.unit_code, one.address, one.staircase, one.serial, str(METERS.get(one.medium, one.medium)), one.location,
         one.installed_on, one.verified_until]
        for one in found
    ]  # fmt: skip
    response = make_response(as_csv(headers, rows))
    response.headers["Content-Type"] = TYPES["csv"]
    response.headers["Content-Disposition"] = f'attachment; filename="legalizacje-{today():%Y-%m-%d}.csv"'
    return response


def _asked() -> expiring.Asked:
    """What the address asks for; what it asks wrongly counts as not asked."""
    months, medium = request.args.get("months", ""), request.args.get("medium", "")
    return expiring.Asked(
        int(months) if months in [str(number) for number in MONTHS] else 6,
        medium if medium in METERS else "",
        request.args.get("building", "").replace("\0", "")[:100],
    )
