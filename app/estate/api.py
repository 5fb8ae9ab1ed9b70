"""Units and people for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answering, asking
from app.core.actor import Can
from app.estate import described, lists
from app.estate.lists import PersonLine, UnitLine, Wanted
from app.web import bearer
from app.web.visitor import actor

pages = Blueprint("estate", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there


@pages.get("/units")
@bearer.scope("units:read", Can.SEE_RESIDENTS)
def units() -> Response:
    asked = asking.window("unit", "building")
    wanted = Wanted(asked.limit + 1, asked.cursor, asking.words("unit"), asking.words("building"))
    return answering.listed(lists.units(actor(), wanted), asked, _unit, "code")


@pages.get("/people")
@bearer.scope("people:read", Can.SEE_RESIDENTS)
def people() -> Response:
    asked = asking.window("unit", "person")
    wanted = Wanted(asked.limit + 1, asked.cursor, unit=asking.words("unit"), person=asking.words("person"))
    return answering.listed(lists.people(actor(), wanted), asked, _person, "code")


def _unit(line: UnitLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "building": line.building,
        "building_name": line.building_name,
        "address": _address(line.street, line.house, line.postcode, line.city),
        "staircase": line.staircase,
        "number": line.number,
        "floor": line.floor,
        "area_m2": str(line.area),
        "heated_area_m2": None if line.heated_area is None else str(line.heated_area),
        "persons": line.persons,
        "title": line.title,
        "share": line.share,
        "account": line.account,
    }


def _person(line: PersonLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "first_name": line.first_name,
        "last_name": line.last_name,
        "company": line.company,
        "email": line.email,
        "phone": line.phone,
        "address": _address(line.street, line.number, line.postcode, line.city),
        "member": line.member,
        "titles": [
            {
                "unit": title.unit,
                "role": title.role,
                "from": answering.day(title.from_on),
                "to": answering.day(title.to_on),
            }
            for title in line.titles
        ],
    }


def _address(street: str | None, number: str | None, postcode: str | None, city: str | None) -> dict[str, str | None]:
    return {"street": street, "number": number, "postcode": postcode, "city": city}
