"""The templates' filters, which give the same text as ours."""

from zoneinfo import ZoneInfo

from jinja2 import Environment

WARSAW = ZoneInfo("Europe/Warsaw")
MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip
LANGUAGES = [
    (code, name, f"/payments?lang={code}") for code, name in (("pl", "Polski"), ("en", "English"), ("uk", "Українська"))
]
MENU = [{"url": "/payments", "current": True, "label": "Rachunki i płatności"}]


def amount(grosze):
    sign = "\u2212" if grosze < 0 else ""
    whole = f"{abs(grosze) // 100:,}".replace(",", "\u00a0")
    return f"{sign}{whole},{abs(grosze) % 100:02d}"


def filters():
    return {
        "amount": amount,
        "money": lambda grosze: amount(grosze) + "\u00a0zł",
        "date": lambda day: f"{day:%d.%m.%Y}",
        "longdate": lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        "datetime": lambda moment: f"{moment.astimezone(WARSAW):%d.%m.%Y, %H:%M}",
    }


def environment(**options):
    made = Environment(**options)
    made.filters.update(filters())
    made.globals.update(languages=LANGUAGES, menu=MENU)
    return made
