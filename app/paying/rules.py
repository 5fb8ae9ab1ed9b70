"""What may be paid, what it costs, and what becomes of a payment, without a database."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.money import money
from app.gateways.payments.online import METHODS, Seen

#: Stripe takes no less than 2 zł.
LEAST, MOST = 200, 5_000_000
MOST_FEE = 1_000
MOST_PERMILLE = 30
#: How long a page of payment stays open; Stripe takes half an hour to a day.
OPEN_FOR = timedelta(minutes=40)
#: A bank may take days over a transfer of Przelewy24; after that nobody asks any more.
WATCHED_FOR = timedelta(days=14)
#: Money that was sent back may fail to arrive, and staff may give back in Stripe's panel: looked at this long.
LOOKED_AT = timedelta(days=30)
OPEN = frozenset({"intended", "created", "processing"})
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_REFERENCE = re.compile(rf"OP[{_LETTERS}]{{8}}")


@dataclass(frozen=True, slots=True)
class Online:
    """The manager's rules. Amounts in grosze: least and most of one payment; the payer's fee is `fee` plus
    `fee_permille` of the amount."""

    on: bool = False
    least: int = 1_000
    most: int = 1_000_000
    fee: int = 0
    fee_permille: int = 0


def checked(rules: Online) -> Online:
    """The rules, if they can be. Raises `Refused` at a field of the form."""
    if not LEAST <= rules.least <= MOST:
        raise Refused(_("Podaj kwotę od %(least)s do %(most)s.", least=money(LEAST), most=money(MOST)), field="least")
    if not rules.least <= rules.most <= MOST:
        raise Refused(
            _("Podaj kwotę od %(least)s do %(most)s.", least=money(rules.least), most=money(MOST)), field="most"
        )
    if not 0 <= rules.fee <= MOST_FEE:
        raise Refused(_("Opłata może wynosić najwyżej %(most)s.", most=money(MOST_FEE)), field="fee")
    if not 0 <= rules.fee_permille <= MOST_PERMILLE:
        raise Refused(_("Podaj najwyżej 3 procent."), field="fee_percent")
    return rules


def fee(amount: int, rules: Online) -> int:
    """What the payer pays on top of an amount, in grosze; parts of a grosz count for the payer."""
    return rules.fee + amount * rules.fee_permille // 1000


def methods(rules: Online) -> tuple[str, ...]:
    """How one can pay. With a fee not by card: art. 62 ust. 4 of directive (EU) 2015/2366 lets nobody charge a consumer
    for paying with one."""
    charged = bool(rules.fee or rules.fee_permille)
    return tuple(name for name in METHODS if not (charged and name == "card"))


def payable(amount: int, rules: Online) -> int:
    """The amount, if it may be paid. Raises `Refused` on `amount`."""
    if amount < rules.least:
        raise Refused(_("Najmniejsza płatność przez internet to %(sum)s.", sum=money(rules.least)), field="amount")
    if amount > rules.most:
        raise Refused(
            _("Największa płatność przez internet to %(sum)s. Wyższą kwotę wpłać przelewem.", sum=money(rules.most)),
            field="amount",
        )
    return amount


def new_reference() -> str:
    """What names a payment to people and in titles: `OP` and eight letters and digits that are not mixed up."""
    return "OP" + "".join(secrets.choice(_LETTERS) for _at in range(8))


def references(title: str | None) -> list[str]:
    """References that stand in the title of a transfer, however a bank breaks it."""
    return sorted(set(_REFERENCE.findall(re.sub(r"[^0-9A-Z]", "", (title or "").upper()))))


def next_state(state: str, seen: Seen, total: int) -> str:
    """What a payment is after Stripe was asked. What was paid stays so until it is given back whole.

    A page that never opened may still open, so only Stripe's word ends it.
    """
    if seen.state == "paid":
        return "refunded" if seen.refunded >= total else "paid"
    if state in ("paid", "refunded"):
        return state
    return {"open": "created"}.get(seen.state, seen.state)


def creditable(state: str, amount: int, gone: int) -> int:
    """How much of a payment counts for the unit, in grosze: what went back, or was lost, is taken off first."""
    return max(0, amount - gone) if state == "paid" else 0


def left(total: int, refunded: int, asked: int, ours: int) -> int:
    """How much may still be given back, in grosze. `refunded` is what Stripe counts, with what was given back in its
    own panel; `asked` is what it has not heard of yet; `ours` is all that we asked for and that did not fail."""
    return max(0, total - max(refunded + asked, ours))


def given_back(typed: int | None, most: int) -> int:
    """The amount, if it may be given back. Raises `Refused` on `amount`."""
    if not typed:
        raise Refused(_("Podaj kwotę w złotych, z groszami po przecinku, na przykład 120,00."), field="amount")
    if typed > most:
        raise Refused(_("Możesz oddać najwyżej %(sum)s.", sum=money(most)), field="amount")
    return typed


def wrong(seen: Seen, public_id: str, total: int) -> bool:
    """Whether Stripe speaks of other money than was asked for: that credits nobody until a person has looked."""
    return seen.currency != "pln" or seen.total != total or seen.payment != public_id


#: Disputes that are not over.
ASKED_ABOUT = frozenset({"open", "waiting"})
#: While one of these lasts, or after it, Stripe gives nothing back: the bank has the money.
DISPUTED = frozenset({"open", "waiting", "lost"})


def looks_again(state: str, age: timedelta) -> float | None:
    """After how many seconds an unfinished payment is asked after again; None for never."""
    if state not in OPEN or age > WATCHED_FOR:
        return None
    if age < timedelta(minutes=10):
        return 60
    return 600 if age < timedelta(hours=2) else 6 * 3600
