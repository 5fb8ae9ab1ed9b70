"""What a browser calls itself, in words."""

from __future__ import annotations

from app.core.language import gettext as _


def device_name(agent: str | None) -> str:
    """A browser's name of itself in plain words, such as "Chrome, Windows"."""
    said = agent or ""
    browser = next((name for sign, name in _BROWSERS if sign in said), None)
    system = next((name for sign, name in _SYSTEMS if sign in said), None)
    if browser and system:
        return f"{browser}, {system}"
    return browser or system or _("Nieznane urządzenie")


# The first that fits counts: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
