"""The kinds of notifications: features register theirs, nobody keeps a list.

One that is not registered does not exist for residents, so nothing is offered that is never sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.actor import Actor
from app.core.language import lazy_gettext as _l

EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)
DAILY = "daily"  # no channel: whether the e-mail waits for the one of the day


@dataclass(frozen=True, slots=True)
class Kind:
    """An element of the portal of which people can be told.

    `label`, `hint` and `reason` may be lazy; `reason` says why a mandatory kind cannot be switched off. `default` are
    the channels that are on for who never chose. A letter's topic in the outbox is the name of its kind. What is
    `paced` may wait for one letter a day. A kind that is not `offered` has no source yet, so nobody is shown it.
    `shown` says whom a kind concerns, for what concerns not just all residents.
    """

    name: str
    label: Any
    hint: Any
    mandatory: bool = False
    channels: tuple[str, ...] = CHANNELS
    default: tuple[str, ...] = (EMAIL,)
    reason: Any = ""
    order: int = 50
    paced: bool = True
    offered: bool = True
    shown: Callable[[Actor], bool] | None = None

    def concerns(self, actor: Actor) -> bool:
        """Whether somebody may ever be told of this."""
        if self.mandatory:
            return True
        return self.shown(actor) if self.shown is not None else actor.is_resident


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known."""
    _kinds[kind.name] = kind


def kind(name: str) -> Kind:
    """The kind of this name. Raises `KeyError`."""
    return _kinds[name]


def known(name: str) -> bool:
    """Whether a kind is called so."""
    return name in _kinds


def kinds() -> list[Kind]:
    """All kinds, in the order in which people see them."""
    return sorted((one for one in _kinds.values() if one.offered), key=lambda one: (one.order, one.name))


# Letters about logging in come from features below this one, which know nothing of kinds.
register(
    Kind(
        "security",
        _l("Bezpieczeństwo konta"),
        _l("Zmiana hasła, adresu e-mail lub telefonu, link do ustawienia hasła."),
        mandatory=True,
        paced=False,
        channels=(EMAIL,),
        reason=_l("Te wiadomości wysyłamy zawsze, żeby nikt nie zmienił Twoich danych bez Twojej wiedzy."),
        order=90,
    )
)
