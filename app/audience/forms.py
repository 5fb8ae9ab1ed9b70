"""The part of a form in which staff choose an audience; `audience/_fields.html` draws it.

class AnnouncementForm(AudienceFields): …
form = filled(AnnouncementForm); offer(form, actor())
audience = queries.checked(actor(), form.chosen())
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from wtforms import BooleanField, Form, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.audience import queries, rules
from app.audience.rules import ROLES, Audience
from app.core import money
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

EVERYONE, PLACES = "all", "places"


class AudienceFields(Form):
    """An audience as people choose it. A `Refused` of the field `audience` belongs to its first question."""

    audience = RadioField(
        _l("Do kogo"),
        choices=[
            SelectChoice(EVERYONE, _l("Wszyscy mieszkańcy")),
            SelectChoice(PLACES, _l("Wybrane osiedla, budynki, klatki lub lokale")),
        ],
        default=EVERYONE,
        validate_choice=False,
    )
    estates = SelectMultipleField(_l("Osiedla"), validate_choice=False)
    buildings = SelectMultipleField(_l("Budynki"), validate_choice=False)
    staircases = SelectMultipleField(_l("Klatki"), validate_choice=False)
    units = TextAreaField(_l("Lokale"), description=_l("Kody lokali z ewidencji, oddzielone spacją lub przecinkiem."))
    roles = SelectMultipleField(_l("Tylko te osoby"), validate_choice=False)
    members = BooleanField(_l("Tylko członkowie"))
    arrears = StringField(
        _l("Tylko z zaległością ponad"),
        description=_l("Kwota w złotych, np. 200. Liczymy to, co jest po terminie, bez wpłat w drodze."),
    )
    without_email = BooleanField(_l("Tylko osoby bez adresu e-mail"))

    def chosen(self) -> Audience:
        """The audience that was chosen. Raises `Refused`."""
        return rules.audience(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """What was chosen, for `rules.audience`. Raises `Refused` for an answer that contradicts another."""
        named = self._places()
        if self.audience.data != PLACES and named:
            raise Refused(
                _("Zaznaczono wszystkich, a poniżej wybrano miejsca. Zostaw jedno z dwojga."), field="audience"
            )
        found: dict[str, Any] = named or ({"buildings": []} if self.audience.data == PLACES else {"all": True})
        if self.roles.data:
            found["roles"] = list(self.roles.data)
        if self.members.data:
            found["members"] = True
        if self.without_email.data:
            found["without_email"] = True
        if (self.arrears.data or "").strip():
            found["arrears_over"] = grosze(self.arrears.data or "")
        return found

    def _places(self) -> dict[str, Any]:
        units = [code for code in re.split(r"[\s,;]+", self.units.data or "") if code]
        stairs = [_staircase(value) for value in self.staircases.data or ()]
        found = {
            "estates": [code for code in self.estates.data or () if code],
            "buildings": [code for code in self.buildings.data or () if code],
            "staircases": stairs,
            "units": units,
        }
        return {key: value for key, value in found.items() if value}


def offer(form: AudienceFields, actor: Actor) -> None:
    """Give the form the places from which the actor may choose."""
    places = queries.places(actor)
    form.estates.choices = [SelectChoice(group.public_id, group.name) for group in queries.estates(actor)]
    form.buildings.choices = [SelectChoice(place.code, place.label) for place in places]
    form.staircases.choices = [
        SelectChoice(staircase_value(place.code, staircase), _("klatka %(name)s", name=staircase), optgroup=place.label)
        for place in places
        if len(place.staircases) > 1
        for staircase in place.staircases
    ]
    form.roles.choices = [SelectChoice(role, label) for role, label in ROLES.items()]


def given(audience: Audience) -> dict[str, Any]:
    """An audience as the values of a fresh form."""
    return {
        "audience": EVERYONE if audience.everyone else PLACES,
        "estates": list(audience.estates),
        "buildings": list(audience.buildings),
        "staircases": [staircase_value(*pair) for pair in audience.staircases],
        "units": " ".join(audience.units),
        "roles": list(audience.roles),
        "members": audience.members,
        "arrears": "" if audience.arrears_over is None else money.plain(audience.arrears_over).replace(".", ","),
        "without_email": audience.without_email,
    }


def posted_json(text: str | None) -> Audience:
    """An audience that a page of ours carried in a hidden field. Raises `Refused`."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        raise Refused(_("Nie wybrano odbiorców."), field="audience") from None
    return rules.audience(found if isinstance(found, Mapping) else {})


def grosze(text: str) -> int:
    """An amount in złoty as people type it, in grosze. Raises `Refused` at the field `arrears`."""
    found = money.typed(text) if text.isprintable() else None
    if found is None:
        raise Refused(_("Podaj kwotę w złotych, np. 200 albo 150,50."), field="arrears")
    return found


def staircase_value(building: str, staircase: str) -> str:
    """A staircase as the value of a choice."""
    return f"{quote(building, safe='')}/{quote(staircase, safe='')}"


def _staircase(value: str) -> dict[str, str]:
    building, _slash, staircase = value.partition("/")
    return {"building": unquote(building), "staircase": unquote(staircase)}
