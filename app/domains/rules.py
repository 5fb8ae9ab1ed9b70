"""What a domain of one's own may be, and how it is proved."""

from __future__ import annotations

import re

from app.core.errors import Refused
from app.core.language import gettext as _

RECORD = "_osiedle"
LONGEST = 200
MOST = 5
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:xn--[a-z0-9-]{{1,59}}|[a-z]{{2,63}})")


def checked_host(typed: str, base_hostname: str) -> str:
    """A host name in its normal form (lower case, no dot at the end). Raises `Refused` on field `host`.

    Our own names are nobody's: the base domain, all below it, and what it lies below.
    """
    host = typed.strip().lower().removesuffix(".")
    if len(host) > LONGEST or not _HOST.fullmatch(host):
        raise Refused(
            _("Podaj samą nazwę, na przykład portal.spoldzielnia.pl; polskie litery w postaci xn--…"), field="host"
        )
    if f".{host}".endswith(f".{base_hostname}") or base_hostname.endswith(f".{host}"):
        raise Refused(_("Ta domena należy do platformy."), field="host")
    return host


def record_name(host: str) -> str:
    return f"{RECORD}.{host}"


def record_value(token: str) -> str:
    return f"osiedle={token}"


def proves(texts: list[str], token: str) -> bool:
    """Whether one of the TXT records says what was asked for."""
    return any(text.strip() == record_value(token) for text in texts)
