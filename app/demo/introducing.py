"""Who sits in the demo manager's office, when it is open, and whom to call at night. All of it is invented."""

from __future__ import annotations

from sqlalchemy import func, select

from app.contact import commands
from app.contact.models import ContactEntry
from app.core.actor import system
from tenants.db import db

OFFICE = system("cli")
HOURS = ("8-16", "8-16", "8-17:30", "8-16", "8-14", "", "")
#: (kind, name, duty, phone, e-mail, place, hours, whether only for the building of the demo resident)
PEOPLE = (
    ("emergency", "Pogotowie dźwigowe", "Winda stoi, ktoś w niej utknął", "800 100 201", "", "", "Całą dobę", True),
    ("emergency", "Pogotowie wodno-kanalizacyjne", "Brak wody, zalanie, zapchany pion", "800 100 202", "", "",
     "Całą dobę", False),
    ("person", "Halina Borkowska", "Rozliczenia opłat, salda, wpłaty, odsetki", "22 555 01 21",
     "oplaty@sloneczna.example", "pokój 4, parter", "poniedziałki i środy 9–15", False),
    ("person", "Marek Zawiślak", "Naprawy, zgłoszenia, sprzątanie klatek i terenu", "22 555 01 22",
     "technik@sloneczna.example", "pokój 7, piętro", "", False),
    ("person", "Iwona Sadowska", "Administratorka budynku", "22 555 01 23",
     "administracja@sloneczna.example", "", "wtorki 10–12, dyżur w klatce I", True),
    ("place", "Kasa", "Wpłaty gotówką bez prowizji", "", "", "pokój 1, parter", "środy 12–17", False),
)  # fmt: skip
FIELDS = ("name", "duty", "phone", "email", "place", "hours")


def introduce(building: str) -> None:
    """Write the contact page, unless it says something already."""
    if db.session.execute(select(func.count()).select_from(ContactEntry)).scalar():
        return
    commands.set_hours(OFFICE, HOURS)
    for kind, *values, here in PEOPLE:
        typed = dict(zip(FIELDS, map(str, values), strict=True))
        commands.save(OFFICE, str(kind), typed, [building] if here else [], open_to_all=True)
