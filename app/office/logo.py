"""The manager's logo: whatever is uploaded becomes a small PNG of ours, without anything hidden in it."""

from __future__ import annotations

import struct
import warnings
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import update

from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files
from app.office.models import OfficeProfile
from app.office.queries import forget, fresh_profile, profile
from tenants.bound import current
from tenants.db import db

LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
SIZE = (640, 240)  # twice what a page shows, for sharp screens
PLACE = "logos"
NAME_LENGTH = 64
# What Pillow raises on spoilt pictures; the last ones come from crooked EXIF.
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError,
    struct.error, TypeError, LookupError, ArithmeticError,
)  # fmt: skip


def png(content: bytes) -> bytes:
    """A picture as a PNG within `SIZE`. Raises `Refused` at `logo` with a sentence."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype")) or b"<svg" in head:
        raise Refused(
            _("Pliku SVG nie przyjmujemy, bo może zawierać skrypt. Zapisz logo jako PNG i prześlij je jeszcze raz."),
            field="logo",
        )
    if not content:
        raise Refused(_("Ten plik jest pusty."), field="logo")
    if len(content) > LARGEST:
        raise Refused(_("Ten plik jest za duży: najwyżej %(most)d MB.", most=LARGEST >> 20), field="logo")
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb below twice its limit; ours is checked before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(_("Ten obraz ma za dużo pikseli. Zmniejsz go i prześlij jeszcze raz."), field="logo")
                picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
                return _small(picture)
    except Image.DecompressionBombError:
        raise Refused(_("Ten obraz ma za dużo pikseli. Zmniejsz go i prześlij jeszcze raz."), field="logo") from None
    except _UNREADABLE:
        raise Refused(
            _("Tego pliku nie da się odczytać. Prześlij logo jako PNG, JPEG albo WebP."), field="logo"
        ) from None


def set_logo(actor: Actor, content: bytes) -> None:
    """Make this picture the logo; the file of the one before stays. Raises `Refused`."""
    _check_right(actor)
    picture, public_id = png(content), new_public_id()
    files.files().put(files.key(PLACE, public_id), BytesIO(picture))
    _change(actor, public_id)


def remove_logo(actor: Actor) -> None:
    """Go back to the sign that everybody has."""
    _check_right(actor)
    _change(actor, None)


def content(public_id: str) -> bytes | None:
    """The PNG of a logo of the bound tenant's, also of an earlier one: letters and pages may still name it."""
    return _bytes(current().id, public_id) if len(public_id) <= NAME_LENGTH else None


def picture() -> bytes | None:
    """The PNG of the bound tenant's logo, for printed letters; None without one."""
    named = profile().logo
    return _bytes(current().id, named) if named else None


@lru_cache(maxsize=128)
def _bytes(_tenant_id: int, public_id: str) -> bytes | None:
    try:
        with files.files().local_path(files.key(PLACE, public_id)) as path:
            return path.read_bytes()
    except (FileNotFoundError, ValueError):
        return None


def _small(picture: Image.Image) -> bytes:
    turned = ImageOps.exif_transpose(picture) or picture
    plain = turned.convert("RGBA" if "A" in turned.getbands() or "transparency" in turned.info else "RGB")
    plain.thumbnail(SIZE, Image.Resampling.LANCZOS)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    made = BytesIO()
    clean.save(made, "PNG", optimize=True)
    return made.getvalue()


def _change(actor: Actor, public_id: str | None) -> None:
    before = fresh_profile().logo
    if before != public_id:
        db.session.execute(update(OfficeProfile).where(OfficeProfile.id == 1).values(logo=public_id))
        audit.record(
            actor, "office.updated", "office", fields=["logo"], before={"logo": before}, after={"logo": public_id}
        )
    forget(current().id)


def _check_right(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
