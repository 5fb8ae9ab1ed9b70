"""What administrators find on their first page: what is overdue, what ended, how long the trial lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.billing import queries, rules, state
from app.billing.state import Account, Standing
from app.core.actor import Actor, Can
from app.core.language import gettext as _
from app.core.language import ngettext
from app.core.money import money
from app.web import notices
from app.web.notices import Notice

PATH = "/admin/billing"


def told(who: Actor) -> Iterator[Notice]:
    """For administrators; nobody else hears of it."""
    if Can.CONFIGURE not in who.can:
        return
    found = queries.mine(who)
    standing = state.standing(found)
    if standing.overdue is not None:
        yield _overdue(found, standing)
    elif standing.lapse is not None:
        yield _lapsed(found, standing)
    elif (trial := trial_words(found)) is not None:
        near = (found.trial_left() or 0) <= max(rules.TRIAL_MARKS)
        said = _("Gdy się skończy, potrzebny będzie plan. Wybór zajmuje kilka minut, a dane zostają.")
        yield Notice("warn" if near else "info", trial, said, PATH, _("Zobacz plany i ceny"))


def trial_words(found: Account) -> str | None:
    """How long a trial lasts that nothing follows yet; None without one."""
    left = found.trial_left()
    if left is None or found.trial_until is None or found.subscribed or found.by_hand:
        return None
    day = _day(found.trial_until)
    if left == 0:
        return _("Okres próbny kończy się dzisiaj, %(day)s", day=day)
    return ngettext(
        "Okres próbny do %(day)s, został %(num)d dzień", "Okres próbny do %(day)s, zostało dni: %(num)d", left, day=day
    )


def _overdue(found: Account, standing: Standing) -> Notice:
    bad = _limited(found)
    assert standing.overdue is not None
    return Notice(
        "bad" if bad else "warn",
        _("Panel jest tylko do odczytu, bo abonament nie jest opłacony")
        if bad
        else _("Abonament za portal czeka na zapłatę"),
        _("Do zapłaty: %(amount)s. Termin minął.", amount=money(standing.overdue.gross)),
        PATH,
        _("Zobacz faktury"),
    )


def _lapsed(found: Account, standing: Standing) -> Notice:
    assert standing.lapse is not None
    day = _day(standing.lapse.since - timedelta(days=1))
    ended = (
        _("Okres próbny skończył się %(day)s", day=day)
        if standing.lapse.kind == "trial"
        else _("Subskrypcja skończyła się %(day)s", day=day)
    )
    return Notice("bad" if _limited(found) else "warn", ended, _after(standing), PATH, _("Wybierz plan"))


def _after(standing: Standing) -> str:
    """What holds after an end, and what comes next."""
    parts = [
        {
            "read_only": _("Panel jest tylko do odczytu."),
            "staff_off": _("Panel jest zamknięty."),
        }.get(standing.stage, _("Portal jeszcze działa bez ograniczeń."))
    ]
    if standing.next is not None and standing.next.stage != "warned":
        parts.append(_("Następne ograniczenie: %(day)s.", day=_day(standing.next.on)))
    return " ".join([*parts, _("Wybór planu znosi wszystko od razu.")])


def _limited(found: Account) -> bool:
    return found.stage not in ("good", "warned")


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


notices.register("staff", 20, told)
