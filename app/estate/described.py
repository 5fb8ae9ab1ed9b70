"""Units and people as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.api import described
from app.api.asking import line
from app.api.described import day, row, text_or_null

_AREA = r"^[0-9]+\.[0-9]{2}$"
_ADDRESS = row({"street": text_or_null(), "number": text_or_null(), "postcode": text_or_null(), "city": text_or_null()})
_UNIT: dict[str, Any] = {
    "code": {"type": "string", "description": "Of the books."},
    "building": {"type": "string", "description": "Code of its building."},
    "building_name": text_or_null(),
    "address": _ADDRESS,
    "staircase": text_or_null(),
    "number": {"type": "string"},
    "floor": text_or_null(),
    "area_m2": {"type": "string", "pattern": _AREA},
    "heated_area_m2": {"type": ["string", "null"], "pattern": _AREA},
    "persons": {"type": ["integer", "null"]},
    "title": text_or_null(),
    "share": text_or_null("As the books have it: 123/10000 or a decimal."),
    "account": text_or_null("26 digits of the unit's own account (NRB)."),
}
_TITLE = row(
    {
        "unit": {"type": "string"},
        "role": {"type": "string", "enum": ["owner", "co-owner", "tenant", "proxy"]},
        "from": day("The first day."),
        "to": day("The last day; null while it holds."),
    }
)
_PERSON: dict[str, Any] = {
    "code": {"type": "string", "description": "Of the books."},
    "first_name": text_or_null(),
    "last_name": text_or_null(),
    "company": text_or_null(),
    "email": text_or_null(),
    "phone": text_or_null("E.164."),
    "address": _ADDRESS,
    "member": {"type": ["boolean", "null"]},
    "titles": {"type": "array", "items": _TITLE, "description": "Past ones too."},
}
described.a_list(
    "/units",
    "Unit",
    _UNIT,
    {"summary": "Units by code", "operationId": "listUnits", "description": "Scope units:read."},
    line("unit", "Only this one, by its code."),
    line("building", "Only of this building, by its code."),
)
described.a_list(
    "/people",
    "Person",
    _PERSON,
    {"summary": "People by code", "operationId": "listPeople", "description": "Scope people:read."},
    line("unit", "Only who has, or had, a title to this unit."),
    line("person", "Only this one, by the code."),
)
