"""Contrast of the manager's colour, as the design system derives its shades in the light and the dark scheme.

The numbers repeat those of `app.css`; a test reads them there and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, sin
from typing import Any

from app.core.language import lazy_gettext as _l

AA = 4.5  # WCAG 2.2 for text
Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shade:
    """How one shade follows from the colour: its lightness between bounds, moved, its chroma at most `chroma`."""

    least: float
    most: float
    chroma: float
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class Scheme:
    """The shades and grounds of one scheme."""

    name: Any
    strong: Shade
    hover: Shade
    wash: Shade
    on_accent: str
    ground: str
    surface: str
    ink: str


LIGHT = Scheme(
    _l("jasny ekran"),
    strong=Shade(0, 0.43, 0.15),
    hover=Shade(0, 0.43, 0.15, -0.08),
    wash=Shade(0.94, 0.94, 0.03),
    on_accent="#fffdf9", ground="#f7f2e9", surface="#fffdf9", ink="#25211b",
)  # fmt: skip
DARK = Scheme(
    _l("ciemny ekran"),
    strong=Shade(0.82, 1, 0.11),
    hover=Shade(0.82, 1, 0.09, 0.06),
    wash=Shade(0.32, 0.32, 0.035),
    on_accent="#191714", ground="#191714", surface="#23201c", ink="#efe9dd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A text on its ground: what it is, in which scheme, and the WCAG contrast, from 1.0 to 21.0."""

    label: Any
    scheme: Any
    ratio: float


def pairs(colour: str) -> list[Pair]:
    """Every text that is in the colour, or on it, when the manager chooses `#rrggbb`."""
    found = [Pair(_l("biały napis na tym kolorze, na przykład na wydruku"), "", contrast("#ffffff", colour))]
    for scheme in (LIGHT, DARK):
        strong, hover, wash = (derived(colour, shade) for shade in (scheme.strong, scheme.hover, scheme.wash))
        found += [
            Pair(_l("napis na przycisku"), scheme.name, _contrast(_rgb(scheme.on_accent), strong)),
            Pair(_l("napis na wskazanym przycisku"), scheme.name, _contrast(_rgb(scheme.on_accent), hover)),
            Pair(_l("link na tle strony"), scheme.name, _contrast(strong, _rgb(scheme.ground))),
            Pair(_l("link na karcie"), scheme.name, _contrast(strong, _rgb(scheme.surface))),
            Pair(_l("wybrana pozycja"), scheme.name, _contrast(strong, wash)),
            Pair(_l("tekst w ramce"), scheme.name, _contrast(_rgb(scheme.ink), wash)),
        ]
    return found


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours `#rrggbb`."""
    return _contrast(_rgb(one), _rgb(other))


def derived(colour: str, shade: Shade) -> Rgb:
    """A shade of the colour, as `oklch(from …)` makes it, clipped to what a screen can show."""
    lightness, a, b = _oklab(_rgb(colour))
    chroma, hue = min((a * a + b * b) ** 0.5, shade.chroma), atan2(b, a)
    lightness = min(max(min(max(lightness, shade.least), shade.most) + shade.moved, 0.0), 1.0)
    return _from_oklab(lightness, chroma * cos(hue), chroma * sin(hue))


def _contrast(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _oklab(colour: Rgb) -> Rgb:
    red, green, blue = map(_linear, colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _curved(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _curved(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _curved(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )
