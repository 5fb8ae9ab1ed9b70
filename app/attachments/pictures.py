"""Photographs are drawn anew: turned upright, bounded, and without what was hidden in them, such as the place."""

from __future__ import annotations

import struct
import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.attachments.rules import JPEG, PNG, WEBP

MOST_PIXELS = 120_000_000
#: No side of a kept photograph is longer; a page of A4 at 300 dpi has 3,508.
LONGEST = 4_000
#: A sheet of A4 and its margin in pixels at `SHEET_DPI`.
SHEET_DPI = 200
SHEET, MARGIN = (1654, 2339), 118
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
# What Pillow raises on spoilt pictures; the last ones come from crooked EXIF.
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError,
    struct.error, TypeError, LookupError, ArithmeticError,
)  # fmt: skip


class Spoilt(ValueError):
    """A picture that cannot be read, or is too large to be unpacked (`args[0]` is `spoilt` or `pixels`)."""


def redrawn(content: bytes, content_type: str) -> bytes:
    """The same picture in the same format, as we write it. Raises Spoilt."""
    name = _FORMATS[content_type]
    picture = smaller(content, LONGEST, (name,))
    made = BytesIO()
    if name == "JPEG":
        picture.convert("RGB").save(made, "JPEG", quality=90, optimize=True)
    else:
        picture.save(made, name, **({"quality": 90} if name == "WEBP" else {"optimize": True}))
    return made.getvalue()


def sheet(content: bytes) -> bytes:
    """The picture as a PDF of one page of A4, upright or lying as the picture is. Raises Spoilt."""
    picture = smaller(content, SHEET[1])
    lies = picture.width > picture.height
    page = Image.new("RGB", SHEET[::-1] if lies else SHEET, "white")
    width, height = page.width - 2 * MARGIN, page.height - 2 * MARGIN
    scale = min(width / picture.width, height / picture.height, 2.0)  # a small one is not blown up into squares
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    drawn = picture.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    page.paste(drawn, ((page.width - size[0]) // 2, (page.height - size[1]) // 2), drawn)
    made = BytesIO()
    page.save(made, "PDF", resolution=SHEET_DPI)
    return made.getvalue()


def smaller(content: bytes, longest: int, formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP")) -> Image.Image:
    """The picture upright, no side longer than `longest` pixels, without anything beside its pixels. Raises Spoilt."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb below twice its limit; ours is checked before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=formats) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Spoilt("pixels")
                picture.draft("RGB", (longest, longest))
                turned = ImageOps.exif_transpose(picture) or picture
                mode = "RGBA" if "A" in turned.getbands() or "transparency" in turned.info else "RGB"
                plain = turned.convert(mode)
                plain.thumbnail((longest, longest), Image.Resampling.LANCZOS)
                clean = Image.new(plain.mode, plain.size)
                clean.paste(plain)
                return clean
    except Image.DecompressionBombError:
        raise Spoilt("pixels") from None
    except Spoilt:
        raise
    except _UNREADABLE as error:
        raise Spoilt("spoilt") from error
