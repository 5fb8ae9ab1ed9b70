"""What a person may see of a unit, by the title (tytuł prawny) that they hold to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holders:
    """What the manager lets tenants (najemcy) of somebody's unit and proxies (pełnomocnicy) see of it.

    `charges` are the parameters by which a unit is charged, `balance` is its settlement account with all debts.
    That a lodger never sees an owner's debts is not for the manager to choose.
    """

    tenants_charges: bool = False
    proxies_charges: bool = True
    proxies_balance: bool = True


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a unit may be seen: its settlement account, the parameters of its charges."""

    balance: bool
    charges: bool


ALL = Sight(True, True)


def sight(role: str | None, lodges: bool, chosen: Holders) -> Sight:
    """What somebody with this role may see; None is access that the office gave to who has no title.

    `lodges` says that this is a tenant of a unit which somebody owns; a tenant of a unit that nobody owns, such as
    a municipal flat, is the one who settles for it.
    """
    if lodges:
        return Sight(False, chosen.tenants_charges)
    if role == "proxy":
        return Sight(chosen.proxies_balance, chosen.proxies_charges)
    return ALL
