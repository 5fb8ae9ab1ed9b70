"""Logo and colour: what may be uploaded, what would hide text, and that nobody keeps an old one."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from app.core.errors import Refused
from app.office import colours, logo, rules
from tenants.db import db
from tests.features.office.conftest import Pages

LOOK = "/admin/configuration/look"


def picture(kind: str, size: tuple[int, int] = (1200, 500), mode: str = "RGB") -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 7).save(made, kind)
    return made.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 × 60,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_anew_small_and_shown(admin: Pages, client: Any, tenant: Any, kind: str) -> None:
    sent = picture(kind) + b"<script>alert(1)</script>"
    admin.post(f"{LOOK}/logo", logo=(io.BytesIO(sent), "logo.bin"))
    path = re.search(r'class="brand-logo" src="(/logo/[^"]+)"', client(tenant.slug).get("/login").text)
    assert path
    answer = client(tenant.slug).get(path[1])
    assert answer.content_type == "image/png" and b"script" not in answer.data
    assert "immutable" in answer.headers["Cache-Control"]
    shown = Image.open(io.BytesIO(answer.data))
    assert shown.format == "PNG" and shown.width <= 640 and shown.height <= 240
    admin.post(f"{LOOK}/logo/remove")
    assert "brand-logo" not in client(tenant.slug).get("/login").text
    assert client(tenant.slug).get(path[1]).status_code == 200, "letters that were sent still name it"


def test_a_transparent_logo_stays_transparent(context: Any) -> None:
    made = Image.open(io.BytesIO(logo.png(picture("PNG", mode="RGBA"))))
    assert made.mode == "RGBA"


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def crooked() -> bytes:
    """A JPEG that must be turned and whose EXIF holds a text where a number belongs."""
    exif, made = Image.Exif(), io.BytesIO()
    exif[0x0112], exif[0x010E] = 6, "x" * 30
    spoilt = exif.tobytes().replace(b"\x01\x0e\x00\x02", b"\x01\x19\x00\x02")
    Image.new("RGB", (60, 40), 7).save(made, "JPEG", exif=spoilt)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (crooked(), "odczyta"),
        (SVG, "SVG"), (SVG[21:], "SVG"), (b"\xef\xbb\xbf  " + SVG, "SVG"), (b"GIF89a" + bytes(99), "odczyta"),
        (b"", "pusty"), (bomb(), "pikseli"), (picture("PNG")[:200], "odczyta"), (b"\x89PNG\r\n\x1a\n", "odczyta"),
        (picture("GIF"), "odczyta"), (picture("TIFF"), "odczyta"), (b"x" * (5 * 1024 * 1024 + 1), "za du"),
    ],
    ids=lambda value: repr(value[:12]),
)  # fmt: skip
def test_no_other_file_becomes_a_logo(context: Any, content: bytes, word: str) -> None:
    with pytest.raises(Refused) as refusal:
        logo.png(content)
    assert refusal.value.field == "logo" and word in refusal.value.message


def test_a_drawing_with_a_script_is_refused_on_the_page_in_a_sentence(admin: Pages, inside: Callable[..., Any]) -> None:
    page = admin.post(f"{LOOK}/logo", status=422, logo=(io.BytesIO(SVG), "logo.png"))
    assert "może zawierać skrypt" in page and "<script>alert" not in page
    assert admin.post(f"{LOOK}/logo", status=422)
    assert inside(lambda: db.session.scalar(text("SELECT logo FROM office_profile"))) is None


def test_another_managers_logo_is_not_there(admin: Pages, client: Any, tenant: Any, new_tenant: Any) -> None:
    admin.post(f"{LOOK}/logo", logo=(io.BytesIO(picture("PNG")), "logo.png"))
    path = re.search(r'src="(/logo/[^"]+)"', admin.get(LOOK))
    assert path and client(new_tenant().slug).get(path[1]).status_code == 404
    for odd in ("/logo/nothing.png", "/logo/..%2Fx.png", "/logo/.png", "/logo/%00.png", f"/logo/{'x' * 3000}.png"):
        assert client(tenant.slug).get(odd).status_code == 404


def test_the_colour_counts_at_once_under_an_address_of_its_own(admin: Pages, client: Any, tenant: Any) -> None:
    browser = client(tenant.slug)
    old = re.search(r'href="(/theme\.css[^"]*)"', browser.get("/login").text)
    assert old and "immutable" in browser.get(old[1]).headers["Cache-Control"]
    admin.post(LOOK, accent="#7A1F1F", shown=rules.DEFAULT_ACCENT, picked=rules.DEFAULT_ACCENT)
    new = re.search(r'href="(/theme\.css[^"]*)"', browser.get("/login").text)
    assert new and new[1] != old[1]
    assert "#7a1f1f" in browser.get(new[1]).text
    stale = browser.get(old[1])
    assert "#7a1f1f" in stale.text and "immutable" not in stale.headers["Cache-Control"]


def test_the_picker_counts_when_only_it_was_moved(admin: Pages) -> None:
    was = rules.DEFAULT_ACCENT
    admin.post(LOOK, accent=was, shown=was, picked="#123456")
    assert 'value="#123456"' in admin.get(LOOK)


@pytest.mark.parametrize(
    "colour", ["#ffff00", "#ffffff", "#f0c0c0", "red", "#12", "#1f6650; } body { display: none", ""]
)
def test_a_colour_that_hides_text_is_refused(admin: Pages, colour: str) -> None:
    assert 'aria-invalid="true"' in admin.post(LOOK, status=422, accent=colour, shown="x", picked="")


def test_what_is_admitted_is_readable_in_both_schemes() -> None:
    """Every hue that passes the first rule leaves each pair at AA or better: the design's bounds see to it."""
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                colour = f"#{red:02x}{green:02x}{blue:02x}"
                if rules.contrast_with_white(colour) >= 4.5:
                    worst = min(colours.pairs(colour), key=lambda pair: pair.ratio)
                    assert worst.ratio >= 4.5, (colour, str(worst.label), str(worst.scheme), worst.ratio)


def test_the_shades_are_those_of_the_style_sheet() -> None:
    sheet = (Path(__file__).parents[3] / "app/web/static/app.css").read_text()
    strong = re.search(r"--accent-strong: light-dark\(\s*(.*?),\s*(oklch.*?)\);", sheet, re.DOTALL)
    assert strong and strong[1] == "oklch(from var(--accent) min(l, 0.43) min(c, 0.15) h)"
    assert strong[2] == "oklch(from var(--accent) max(l, 0.82) min(c, 0.11) h)"
    for name, light, dark in (
        ("on-accent", colours.LIGHT.on_accent, colours.DARK.on_accent), ("ink", colours.LIGHT.ink, colours.DARK.ink),
        ("ground", colours.LIGHT.ground, colours.DARK.ground), ("surface", colours.LIGHT.surface, colours.DARK.surface),
    ):  # fmt: skip
        assert f"--{name}: light-dark({light}, {dark});" in sheet
    for line in ("calc(min(l, 0.43) - 0.08) min(c, 0.15)", "calc(max(l, 0.82) + 0.06) min(c, 0.09)",
                 "0.94 min(c, 0.03)", "0.32 min(c, 0.035)"):  # fmt: skip
        assert f"oklch(from var(--accent) {line} h)" in sheet


def test_a_known_colour_is_derived_as_a_browser_does() -> None:
    """The numbers are Chromium's."""
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    for colour, shade, wanted in (
        ("#777777", colours.DARK.hover, [215, 215, 215]), ("#1f6650", colours.DARK.hover, [163, 233, 206]),
    ):  # fmt: skip
        assert [round(255 * part) for part in colours.derived(colour, shade)] == wanted


def test_only_who_may_configure_sees_the_page(clerk: Pages, resident: Pages) -> None:
    for one in (clerk, resident):
        for path in ("", "/office", "/look", "/letters", "/portal", "/menu", "/texts", "/texts/terms"):
            one.get(f"/admin/configuration{path}", status=404)
        one.post(LOOK, status=404, accent="#123456")
