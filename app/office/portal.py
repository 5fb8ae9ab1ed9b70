"""Changing what belongs to the portal as a whole: letters, languages, the nightly hour, the residents' menu."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import timedelta

from app.core import jobs
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.public_ids import new_public_id
from app.office import portal_rules, settings
from app.office.portal_rules import Letters, MenuRules
from app.office.queries import profile
from app.web import menu, pages

ANNOUNCE_JOB = "notifications.announce_modules"
TOLD_DAYS = 30


def write_letters(actor: Actor, value: Letters) -> None:
    """Set sender, address for answers, foot and sender of SMS. Raises `Refused` with the field."""
    settings.write(actor, portal_rules.checked_letters(value))


def write_portal(actor: Actor, offered: Iterable[str], hour: str | None) -> None:
    """Set the languages that visitors may choose from and the hour of the nightly data. Raises `Refused`."""
    languages, nightly = portal_rules.checked_languages(offered), portal_rules.checked_hour(hour)
    settings.write(actor, languages)
    settings.write(actor, nightly)


def write_menu(
    actor: Actor,
    order: Iterable[str],
    off: Iterable[str],
    names: Mapping[str, str],
    *,
    tell_by_mail: bool = False,
    tell_on_page: bool = False,
) -> tuple[str, ...]:
    """Set the residents' menu and return the modules that this switched on. Raises `Refused`.

    Those are told of, if the manager wants it: once by mail, and for `TOLD_DAYS` on the first page.
    """
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    before = settings.fresh(MenuRules)
    chosen = portal_rules.checked_menu(known(), order, off, names)
    opened = tuple(module for module in chosen.order if module in before.off and module not in chosen.off)
    if opened and tell_on_page:
        until = (today() + timedelta(days=TOLD_DAYS)).isoformat()
        chosen = dataclasses.replace(chosen, announced=opened, announced_until=until)
    else:
        kept = tuple(module for module in before.announced if module not in chosen.off)
        chosen = dataclasses.replace(chosen, announced=kept, announced_until=before.announced_until if kept else "")
    settings.write(actor, chosen)
    if opened and tell_by_mail:
        # The key is this switch-on: asked for twice it is told once, and the next switch-on is told again.
        key = new_public_id()
        jobs.enqueue(ANNOUNCE_JOB, key, {"key": key, "modules": list(opened)})
    return opened


def known() -> dict[str, int]:
    """The modules that residents' menus can hold, with their places."""
    return {entry.module: place for place, entry in enumerate(menu.residents_entries()) if entry.module}


def labels(modules: Iterable[str]) -> list[str]:
    """The names of modules as residents see them, in the language of the running code."""
    own = settings.read(MenuRules).names
    entries = {entry.module: str(entry.label) for entry in menu.residents_entries()}
    return [own.get(module) or entries[module] for module in modules if module in entries]


def announced() -> list[str]:
    """The names of modules that were switched on lately, for the residents' first page."""
    chosen = settings.read(MenuRules)
    if not chosen.announced or chosen.announced_until < today().isoformat():
        return []
    return labels(chosen.announced)


def _choices() -> menu.Choices:
    chosen = settings.read(MenuRules)
    return menu.Choices(chosen.order, frozenset(chosen.off), tuple(sorted(chosen.names.items())))


menu.install_choices(_choices)
pages.install_languages(lambda: profile().languages)
