"""Policy of mailouts: what may be said, to which audience, and which personal names a text may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import ngettext

SUBJECT_LENGTH = 200
BODY_LENGTH = 50_000
MOST_CODES = 5_000
# The only names that a text may hold in braces; they are replaced literally, for each recipient.
FIELDS = ("imię", "nazwisko", "lokal")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a mailout is for: everyone, or who has a title to a unit in one of the buildings or units named."""

    everyone: bool = True
    buildings: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        if self.everyone:
            return {"all": True}
        named = {"buildings": list(self.buildings), "units": list(self.units)}
        return {key: codes for key, codes in named.items() if codes}

    def within(self, buildings: frozenset[str] | None) -> Audience:
        """The same, where everyone is everyone in these buildings; None is no limit."""
        return Audience(False, tuple(sorted(buildings))) if self.everyone and buildings is not None else self

    def label(self) -> str:
        """The audience in words."""
        if self.everyone:
            return _("Wszyscy mieszkańcy")
        parts = []
        if self.buildings:
            parts.append(
                ngettext("Budynek %(codes)s", "Budynki: %(codes)s", len(self.buildings), codes=_some(self.buildings))
            )
        if self.units:
            parts.append(ngettext("Lokal %(codes)s", "Lokale: %(codes)s", len(self.units), codes=_some(self.units)))
        return "; ".join(parts)


def audience(value: Any) -> Audience:
    """Read an audience: `{"all": true}` (also for None), `{"buildings": [codes]}`, `{"units": [codes]}` or both.

    Raises `Refused` with a sentence for anything else.
    """
    if value is None:
        return Audience()
    if not isinstance(value, Mapping):
        raise Refused(_('Podaj odbiorców jako obiekt JSON, np. {"all": true}.'), field="audience")
    unknown = sorted(str(key) for key in value if key not in ("all", "buildings", "units"))
    if unknown:
        names = ", ".join(unknown)
        raise Refused(
            _("Nieznany sposób wyboru odbiorców: %(names)s. Możliwe są: all, buildings, units.", names=names),
            field="audience",
        )
    if "all" in value:
        if value["all"] is not True or len(value) > 1:
            raise Refused(_("„all” może mieć tylko wartość true i nie łączy się z innymi."), field="audience")
        return Audience()
    chosen = Audience(False, _codes(value, "buildings"), _codes(value, "units"))
    if not chosen.buildings and not chosen.units:
        raise Refused(_("Nie wybrano odbiorców."), field="audience")
    return chosen


def _codes(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = value.get(key, [])
    if not isinstance(found, list) or not all(isinstance(code, str) and code.strip() for code in found):
        raise Refused(_("„%(key)s” musi być listą kodów.", key=key), field="audience")
    if len(found) > MOST_CODES:
        raise Refused(_("Za dużo kodów naraz; najwyżej %(most)d.", most=MOST_CODES), field="audience")
    return tuple(dict.fromkeys(code.strip() for code in found))


def subject(text: str | None) -> str:
    """The subject as it will be sent. Raises `Refused` when empty, too long, or more than one line."""
    line = (text or "").strip()
    if not line:
        raise Refused(_("Podaj temat."), field="subject")
    if _CONTROLS.search(line):
        raise Refused(_("Temat musi być jednym wierszem bez znaków sterujących."), field="subject")
    if len(line) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return line


def body(text: str | None) -> str:
    """The text as it will be sent, with `\\n` line ends. Raises `Refused` when empty or too long."""
    clean = _BODY_CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field="body")
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return clean


def cause(public_id: str) -> str:
    """The cause that a mailout's letters carry in the outbox."""
    return f"mailout:{public_id}"


def is_personal(*texts: str) -> bool:
    """Whether any text holds one of the `FIELDS`."""
    return any("{" + name + "}" in text for text in texts for name in FIELDS)


def _some(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:6]) + (" …" if len(codes) > 6 else "")
