"""The templates' filters, which give the same text as ours."""

from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

WARSAW = ZoneInfo("Europe/Warsaw")
MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip
LANGUAGES = [
    (code, name, f"/payments?lang={code}") for code, name in (("pl", "Polski"), ("en", "English"), ("uk", "Українська"))
]
_ICON = Markup('<svg class="icon" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">{}</svg>')
_MENU = (
    (
        "/payments",
        "Rachunki i płatności",
        '<path d="M4 7.5A2.5 2.5 0 0 1 6.5 5H18v3M4 7.5V17a2.5 2.5 0 0 0 2.5 2.5H20V8H6M16 13.75v0"/>',
    ),
    ("/me", "Moje dane", '<circle cx="12" cy="8" r="4"/><path d="M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>'),
    ("/documents", "Dokumenty", '<path d="M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5M9 13h6M9 16.5h6"/>'),
    ("/news", "Wiadomości", '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4"/>'),
    ("/messages", "Napisz do nas", '<path d="M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5"/>'),
    (
        "/contact",
        "Kontakt",
        '<path d="M5 4h4l1.5 4.5-2.2 1.6a12 12 0 0 0 5.6 5.6l1.6-2.2L20 15v4c0 .8-.7 1.5-1.5 1.5'
        'C11 20.5 3.5 13 3.5 5.5 3.5 4.7 4.2 4 5 4z"/>',
    ),
)
MENU = [
    {"url": url, "current": url == "/payments", "label": label, "icon": _ICON.format(Markup(drawn))}
    for url, label, drawn in _MENU
]


def amount(grosze):
    sign = "\u2212" if grosze < 0 else ""
    whole = f"{abs(grosze) // 100:,}".replace(",", "\u00a0")
    return f"{sign}{whole},{abs(grosze) % 100:02d}"


def long_date(day):
    day = day.astimezone(WARSAW) if isinstance(day, datetime) else day
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def filters():
    return {
        "amount": amount,
        "money": lambda grosze: amount(grosze) + "\u00a0zł",
        "date": lambda day: f"{day:%d.%m.%Y}",
        "longdate": long_date,
        "datetime": lambda moment: f"{moment.astimezone(WARSAW):%d.%m.%Y, %H:%M}",
    }


def environment(**options):
    made = Environment(**options)
    made.filters.update(filters())
    made.globals.update(languages=LANGUAGES, menu=MENU)
    return made
