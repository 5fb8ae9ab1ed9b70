"""What a new password must be. A manager chooses one of the presets, or sets its own requirements.

| preset | asks for |
|---|---|
| `osiedle` | 10 characters, and nothing that everybody tries first |
| `nadodrze` | 7 characters, among them a letter and a capital letter |
| `own` | what the manager says, within reason |
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from app.accounts.rules.logins import normal_form
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import ngettext

Kind = Callable[[str], bool]

LONGEST_PASSWORD = 128
LEAST = range(7, 65)
_LEET = str.maketrans("@4301$5!7", "aaeoissit")
_PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")
# no sign that reads like another one on paper
_CONSONANTS, _DIGITS = "bcdfghjkmnprstwz", "23456789"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the manager asks of new passwords; `common` refuses what everybody tries first."""

    preset: str = "osiedle"
    least: int = 10
    letter: bool = False
    capital: bool = False
    digit: bool = False
    sign: bool = False
    common: bool = True


PRESETS = {"osiedle": Policy(), "nadodrze": Policy("nadodrze", 7, letter=True, capital=True, common=False)}
DEFAULT_POLICY = PRESETS["osiedle"]
SHORTEST_PASSWORD = DEFAULT_POLICY.least


def checked_policy(policy: Policy) -> Policy:
    """The policy as it is stored: a preset is itself whatever else was chosen. Raises `Refused` with the field."""
    if policy.preset in PRESETS:
        return PRESETS[policy.preset]
    if policy.preset != "own":
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="preset")
    if policy.least not in LEAST:
        raise Refused(
            _("Najmniejsza długość może wynosić od %(least)d do %(most)d znaków.", least=LEAST[0], most=LEAST[-1]),
            field="least",
        )
    if policy.least < SHORTEST_PASSWORD and not policy.common and not (policy.letter or policy.digit or policy.sign):
        return replace(policy, common=True)  # a short password with no other rule would be no rule at all
    return policy


def password_rules(policy: Policy = DEFAULT_POLICY) -> list[str]:
    """What a new password must be, as sentences for the person who makes one."""
    length = _(
        "Od %(least)d do %(most)d znaków; mogą być spacje, polskie litery i dowolne znaki.",
        least=policy.least,
        most=LONGEST_PASSWORD,
    )
    asked = [sentence for wanted, sentence, _kind in _requirements(policy) if wanted]
    last = _("Inne niż login i nazwa zarządcy, trudne do odgadnięcia.") if policy.common else _("Inne niż login.")
    return [length, *asked, last]


def checked_password(
    password: str, *, login: str, tenant_name: str, field: str = "password", policy: Policy = DEFAULT_POLICY
) -> str:
    """The password as it is hashed (NFC). Raises `Refused` on `field`; a huge one costs no time."""
    normal = password_form(password)
    if normal is None:
        raise Refused(_("Hasło może mieć najwyżej %(most)d znaków.", most=LONGEST_PASSWORD), field=field)
    if len(normal) < policy.least:
        sentence = ngettext(
            "Hasło musi mieć co najmniej %(num)d znak.", "Hasło musi mieć co najmniej %(num)d znaków.", policy.least
        )
        raise Refused(sentence, field=field)
    for wanted, sentence, kind in _requirements(policy):
        if wanted and not any(kind(sign) for sign in normal):
            raise Refused(sentence, field=field)
    same = {normal_form(login)} | ({normal_form(tenant_name)} if policy.common else set())
    if normal_form(normal) in same:
        raise Refused(_("Hasło nie może być takie samo jak login ani nazwa zarządcy."), field=field)
    if policy.common and _easy(normal):
        raise Refused(_("To hasło jest zbyt łatwe do odgadnięcia; wymyśl inne."), field=field)
    return normal


def password_form(password: str) -> str | None:
    """The password in NFC, or None when it is longer than any password of ours."""
    if len(password) > LONGEST_PASSWORD * 4:
        return None
    normal = unicodedata.normalize("NFC", password)
    return normal if len(normal) <= LONGEST_PASSWORD else None


def start_password(policy: Policy = DEFAULT_POLICY) -> str:
    """A random password that satisfies the policy and can be read out: `Kdtm-4827-Wsrp`, at least 44 bits."""
    parts: list[str] = []
    while len("-".join(parts)) < max(policy.least, 14):
        alphabet = _DIGITS if len(parts) % 2 else _CONSONANTS
        part = "".join(secrets.choice(alphabet) for _each in range(4))
        parts.append(part.capitalize())
    return "-".join(parts)


def _requirements(policy: Policy) -> Iterator[tuple[bool, str, Kind]]:
    yield policy.letter, _("Co najmniej jedna litera."), str.isalpha
    yield policy.capital, _("Co najmniej jedna wielka litera."), str.isupper
    yield policy.digit, _("Co najmniej jedna cyfra."), str.isdigit
    yield policy.sign, _("Co najmniej jeden znak inny niż litera i cyfra."), _is_sign


def _is_sign(sign: str) -> bool:
    return not sign.isalnum() and not sign.isspace()


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent.parent / "common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _easy(password: str) -> bool:
    """Known everywhere, also with digits and signs around it or in place of letters; few signs; a run."""
    folded = password.casefold()
    around = "0123456789 .,:;!?@#$%^&*()-_=+"
    cores = {folded, folded.rstrip(around), folded.strip(around)}
    cores |= {core.translate(_LEET) for core in cores}
    cores |= {core.translate(_PLAIN) for core in cores}
    return len(set(folded)) < 4 or not cores.isdisjoint(_common()) or _is_run(folded)


def _is_run(text: str) -> bool:
    """`abcdefghij`, `9876543210`: each sign one further than the one before."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return len(text) > 1 and steps in ({1}, {-1})
