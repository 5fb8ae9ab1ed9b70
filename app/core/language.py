"""Languages: gettext catalogues with Polish message ids, and the language of the running code.

Works alike in pages, jobs and the command line; `use` sets the language for a body, Polish is the default.
Catalogues are plain `.po` files, read once a process.
"""

from __future__ import annotations

import gettext as stdlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import escape

LANGUAGES = {"pl": "Polski", "en": "English", "uk": "Українська"}
DEFAULT = "pl"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
_language: ContextVar[str] = ContextVar("osiedle_language", default=DEFAULT)


@cache
def catalogue(language: str) -> stdlib.NullTranslations:
    """The catalogue of one language; empty where there is none yet, so that Polish ids show."""
    path = CATALOGUES / language / "messages.po"
    if not path.exists():
        return stdlib.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return stdlib.GNUTranslations(compiled)


def language() -> str:
    return _language.get()


def choose(code: str) -> None:
    """Set the language of this request or process; unknown codes mean Polish."""
    _language.set(code if code in LANGUAGES else DEFAULT)


@contextmanager
def use(code: str) -> Iterator[None]:
    token = _language.set(code if code in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str, **values: Any) -> str:
    """The message in the current language, with `%(name)s` filled in."""
    found = _said(_language.get(), message)
    return found % values if values else found


@lru_cache(maxsize=8192)
def _said(code: str, message: str) -> str:
    return catalogue(code).gettext(message)


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The form of the message that fits `num` in the current language; `%(num)d` is filled in."""
    return str(catalogue(_language.get()).ngettext(singular, plural, num) % {"num": num, **values})


class Lazy:
    """A message that is translated when it is shown, for labels made at import."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return gettext(self.message)

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __mod__(self, values: Any) -> str:
        said: str = str(self) % values
        return said


def lazy_gettext(message: str) -> Any:
    return Lazy(message)
