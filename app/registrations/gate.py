"""What stands before every public form: the limit of its address, the code, and the texts that were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.language import gettext as _
from app.core.language import language
from app.office import texts
from app.office.texts import Published
from app.registrations import robots
from app.registrations.robots import Code


@dataclass(frozen=True, slots=True)
class Question:
    """The code as a page shows it: the sealed question, and the number in words."""

    challenge: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The texts to acknowledge that are in force, in the language of the page."""

    terms: Published | None
    privacy: Published | None

    def fill(self, form: Any) -> None:
        """Have the form carry the versions that are shown with it."""
        form.terms_version.data = str(self.terms.version if self.terms else 0)
        form.privacy_version.data = str(self.privacy.version if self.privacy else 0)

    def check(self, form: Any) -> bool:
        """Whether what was acknowledged is still in force; if not, the form says so and asks anew."""
        for name, found in (("terms", self.terms), ("privacy", self.privacy)):
            box, carried = form[name], form[f"{name}_version"]
            if box.data and carried.data != str(found.version if found else 0):
                box.errors = [
                    *box.errors,
                    _("Ten tekst właśnie się zmienił. Przeczytaj nową wersję i zaznacz ponownie."),
                ]
                box.data = False
        return not (form.terms.errors or form.privacy.errors)


def shown() -> Shown:
    spoken = language()
    return Shown(texts.current_text("terms", spoken), texts.current_text("privacy", spoken))


def question(name: str, form: Any, code: Code | None = None) -> Question:
    """The question to show: that of `code` again, or a new one, for which nothing has been typed yet."""
    if code is None:
        code = robots.new_code()
        form.code.data = ""
    return Question(robots.sealed(code, name), code.words)


def passed(name: str, form: Any) -> tuple[Code | None, bool]:
    """The question that the form came with, None when a new one is due; and whether it was answered by a human."""
    code = robots.opened(form.challenge.data or "", name)
    if code is None or robots.spent(code):
        return _wrong(form, _("Ten kod stracił ważność. Przepisz nowy."))
    if not (form.code.data or "").strip():
        return code, False
    if form.trap.data or not robots.answers(form.code.data, code):
        robots.spend(code)
        return _wrong(form, _("Kod się nie zgadza. Przepisz nowy."))
    if robots.too_fast(code):
        form.code.errors = [_("Formularz wysłano zbyt szybko. Sprawdź dane i wyślij go jeszcze raz.")]
        return code, False
    return code, True


def _wrong(form: Any, sentence: str) -> tuple[None, bool]:
    form.code.errors = [sentence]
    return None, False
