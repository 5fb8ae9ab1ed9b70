"""Where weaknesses are reported: on the page of safety, and for programs as RFC 9116 says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.core.clock import now
from app.core.errors import NotThere
from app.core.runtime import settings

PATH = "/.well-known/security.txt"
GOOD_FOR = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year


@dataclass(frozen=True, slots=True)
class Contact:
    """Where to write: an address as a link, and as it is read."""

    url: str
    shown: str


def contact() -> Contact | None:
    """What `SECURITY_CONTACT` says, if anything."""
    url = settings().security_contact
    return None if url is None else Contact(url, url.removeprefix("mailto:").removeprefix("tel:"))


def text(moment: datetime | None = None) -> str:
    """The file for programs and for whoever looks for weaknesses. Raises `NotThere` where nobody is named."""
    known = contact()
    if known is None:
        raise NotThere("")
    expires = ((moment or now()) + GOOD_FOR).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    base = settings().base_domain
    lines = (
        f"Contact: {known.url}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: pl, en",
        f"Canonical: {settings().url(base, PATH)}",
        f"Policy: {settings().url(base, '/safety')}",
    )
    return "".join(f"{line}\n" for line in lines)
