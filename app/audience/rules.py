"""What an audience is, how it is written as JSON, and how it is said in words.

| key | chooses |
|---|---|
| `all: true` | every unit |
| `estates`, `buildings`, `units` (lists), `staircases` (list of `{"building", "staircase"}`) | these places |
| `roles` | holders of a title: `owner`, `co-owner`, `tenant`, `proxy` |
| `members: true` | members of the cooperative |
| `arrears_over` | who settles for a unit that is more than so many grosze late |
| `without_email: true` | who has no e-mail address that mail can be sent to |

Places add up; the rest narrows down what they hold, and holds together for one title to one unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.money import money

MOST_CODES = 5_000
MOST_ARREARS = 10**12
ROLES: dict[str, Any] = {
    "owner": _l("Właściciele"),
    "co-owner": _l("Współwłaściciele"),
    "tenant": _l("Najemcy"),
    "proxy": _l("Pełnomocnicy"),
}
PLACES = ("estates", "buildings", "staircases", "units")
KINDS = ("all", *PLACES, "roles", "members", "arrears_over", "without_email")
_NAMED = 6  # so many are named in a sentence, of more the number is told


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom something is for. `everyone` is every place; `arrears_over` in grosze; `estates` are their public ids."""

    everyone: bool = True
    buildings: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    staircases: tuple[tuple[str, str], ...] = ()
    estates: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    members: bool = False
    arrears_over: int | None = None
    without_email: bool = False

    def as_json(self) -> dict[str, Any]:
        """The audience as `audience` reads it."""
        stairs = [{"building": building, "staircase": staircase} for building, staircase in self.staircases]
        found: dict[str, Any] = {
            "all": self.everyone,
            "estates": list(self.estates),
            "buildings": list(self.buildings),
            "staircases": stairs,
            "units": list(self.units),
            "roles": list(self.roles),
            "members": self.members,
            "without_email": self.without_email,
        }
        chosen = {key: value for key, value in found.items() if value}
        return chosen if self.arrears_over is None else chosen | {"arrears_over": self.arrears_over}

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for more than the place."""
        return bool(self.roles or self.members or self.without_email or self.arrears_over is not None)

    def within(self, buildings: frozenset[str] | None) -> Audience:
        """The same, where everyone is everyone in these buildings; None is no limit."""
        if not self.everyone or buildings is None:
            return self
        return replace(self, everyone=False, buildings=tuple(sorted(buildings)))

    def label(self, names: Mapping[str, str] | None = None) -> str:
        """The audience in words. `names` are those of estates and buildings by their id or code, as far as known."""
        known = names or {}
        said = [_("Wszyscy mieszkańcy")] if self.everyone else _places(self, known)
        if self.roles:
            said.append(", ".join(str(ROLES[role]) for role in self.roles))
        if self.members:
            said.append(_("Członkowie"))
        if self.arrears_over is not None:
            said.append(_("Zaległość ponad %(amount)s", amount=money(self.arrears_over)))
        if self.without_email:
            said.append(_("Bez adresu e-mail"))
        return "; ".join(said)


def audience(value: Any) -> Audience:
    """Read an audience from JSON; None is everyone. Raises `Refused` with a sentence for anything else."""
    if value is None:
        return Audience()
    if not isinstance(value, Mapping):
        raise _no(_('Podaj odbiorców jako obiekt JSON, np. {"all": true}.'))
    unknown = sorted(str(key)[:40] for key in value if key not in KINDS)
    if unknown:
        names, known = ", ".join(unknown[:_NAMED]), ", ".join(KINDS)
        raise _no(_("Nieznany sposób wyboru odbiorców: %(names)s. Możliwe są: %(known)s.", names=names, known=known))
    for flag in ("all", "members", "without_email"):
        if flag in value and value[flag] is not True:
            raise _no(_("„%(key)s” może mieć tylko wartość true.", key=flag))
    placed = any(key in value for key in PLACES)
    if "all" in value and placed:
        raise _no(_("„all” nie łączy się z wyborem osiedli, budynków, klatek ani lokali."))
    chosen = Audience(
        everyone=not placed,
        buildings=_codes(value, "buildings"),
        units=_codes(value, "units"),
        staircases=_staircases(value),
        estates=_codes(value, "estates"),
        roles=_roles(value),
        members="members" in value,
        arrears_over=_arrears(value),
        without_email="without_email" in value,
    )
    named = chosen.buildings or chosen.units or chosen.staircases or chosen.estates
    if (placed and not named) or not (placed or chosen.is_narrowed or "all" in value):
        raise _no(_("Nie wybrano odbiorców."))
    return chosen


def _codes(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = value.get(key, [])
    if not isinstance(found, list) or not all(_is_code(code) for code in found):
        raise _no(_("„%(key)s” musi być listą kodów.", key=key))
    _count(found)
    return tuple(dict.fromkeys(code.strip() for code in found))


def _staircases(value: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = value.get("staircases", [])
    fine = isinstance(found, list) and all(
        isinstance(item, Mapping) and set(item) == {"building", "staircase"} and all(map(_is_code, item.values()))
        for item in found
    )
    if not fine:
        raise _no(_("„staircases” musi być listą obiektów z polami building i staircase."))
    _count(found)
    return tuple(dict.fromkeys((item["building"].strip(), item["staircase"].strip()) for item in found))


def _roles(value: Mapping[str, Any]) -> tuple[str, ...]:
    found = value.get("roles")
    if found is None and "roles" not in value:
        return ()
    if not isinstance(found, list) or not found or not all(isinstance(role, str) and role in ROLES for role in found):
        raise _no(_("„roles” musi być listą spośród: %(roles)s.", roles=", ".join(ROLES)))
    return tuple(role for role in ROLES if role in found)


def _arrears(value: Mapping[str, Any]) -> int | None:
    if "arrears_over" not in value:
        return None
    found = value["arrears_over"]
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_ARREARS:
        raise _no(_("„arrears_over” musi być kwotą w groszach, zerem lub większą."))
    return found


def _is_code(code: Any) -> bool:
    return isinstance(code, str) and bool(code.strip()) and code.isprintable()


def _count(found: list[Any]) -> None:
    if len(found) > MOST_CODES:
        raise _no(_("Za dużo kodów naraz; najwyżej %(most)d.", most=MOST_CODES))


def _no(sentence: str) -> Refused:
    return Refused(sentence, field="audience")


def _places(chosen: Audience, known: Mapping[str, str]) -> list[str]:
    said = []
    if chosen.estates:
        names = [known.get(estate, estate) for estate in chosen.estates]
        said.append(ngettext("Osiedle %(names)s", "Osiedla: %(names)s", len(names), names=_some(names)))
    if chosen.buildings:
        names = [known.get(code, code) for code in chosen.buildings]
        said.append(ngettext("Budynek %(codes)s", "Budynki: %(codes)s", len(names), codes=_some(names)))
    if chosen.staircases:
        names = [
            _("%(building)s, klatka %(staircase)s", building=known.get(building, building), staircase=staircase)
            for building, staircase in chosen.staircases
        ]
        said.append(_some(names, "; "))
    if chosen.units:
        count = len(chosen.units)
        said.append(ngettext("Lokal %(codes)s", "Lokale: %(codes)s", count, codes=_some(chosen.units)))
    return said


def _some(names: list[str] | tuple[str, ...], between: str = ", ") -> str:
    more = len(names) - _NAMED
    return between.join(names[:_NAMED]) + (" " + _("i %(count)d więcej", count=more) if more > 0 else "")
