"""Which subdomains a stranger may ask for, and how often. Pure.

Beside what is reserved and ill-formed, a stranger gets no name that would be read as somebody else's: `adm1n`,
`osied1e`, `kwiatowa-l` beside `kwiatowa-1`. An operator may still give such a name out in the console.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.operators.rules import chosen_slug
from tenants.names import RESERVED

LIFE = timedelta(hours=72)
FORGET_AFTER = timedelta(days=30)  # a request that nobody confirmed

ASK_LIMIT, ASK_WINDOW = 20, 3600  # requests from one network
CHECK_LIMIT, CHECK_WINDOW = 120, 600  # looks at subdomains from one network
LETTER_LIMIT, LETTER_WINDOW = 3, 86400  # letters to one address; further ones are answered alike and not sent

#: Words that a stranger could use to speak for the platform; no pages of ours answer there.
SPEAKING = frozenset(
    (
        "konsola", "panel", "logowanie", "rejestracja", "platforma", "platnosci", "faktury", "bezpieczenstwo",
        "regulamin", "wsparcie", "serwis", "biuro", "bank", "obsluga", "portal", "osiedla", "trial",
    )
)  # fmt: skip
_SAME = str.maketrans({"0": "o", "1": "l", "i": "l", "2": "z", "3": "e", "4": "a", "5": "s", "8": "b", "q": "g"})
_PAIRS = (("rn", "m"), ("vv", "w"))
_AGAIN = re.compile(r"([a-z])\1+")


@lru_cache(maxsize=8192)
def outline(slug: str) -> str:
    """What a hurried reader sees: without hyphens and doubled letters, look-alike signs made one.

    Digits are never made fewer: houses 1 and 11 of a street are two.
    """
    drawn = slug.replace("-", "")
    for pair, sign in _PAIRS:
        drawn = drawn.replace(pair, sign)
    return _AGAIN.sub(r"\1", drawn).translate(_SAME)


_KEPT = frozenset(outline(word) for word in RESERVED | SPEAKING)


def speaks_for_us(slug: str) -> bool:
    """Whether a slug reads as one of the platform's own names, whole or put together of them."""
    return outline(slug) in _KEPT or all(outline(part) in _KEPT for part in slug.split("-") if part)


def free_address(typed: str, taken: Iterable[str]) -> str:
    """The subdomain in its normal form, which no stranger can confuse with one of `taken`.

    Raises `Refused` on field `slug`, `Conflict` when it is taken or too like one that is.
    """
    slug = chosen_slug(typed[:200])
    if speaks_for_us(slug):
        raise Refused(_("Ta subdomena wygląda jak adres samej platformy; wybierz inną."), field="slug")
    drawn = outline(slug)
    for other in taken:
        if other == slug:
            raise Conflict(_("Subdomena „%(slug)s” jest już zajęta.", slug=slug), field="slug")
        if outline(other) == drawn:
            raise Conflict(
                _("Subdomena „%(slug)s” jest zbyt podobna do innej, która już działa; wybierz inną.", slug=slug),
                field="slug",
            )
    return slug
