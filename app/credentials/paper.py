"""What a letter says, and the letter as PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import segno

from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import language
from app.core.links import external
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile

TEMPLATE = Path(__file__).parent / "print" / "letter.typ"


def letters(contents: list[dict[str, Any]], *, apart: bool = False) -> bytes:
    """One PDF of letters, a page each. `contents` are what was sealed with their issues.

    `apart` does it in a process of its own, whose memory is gone afterwards. Raises `CannotPrint`.
    """
    data = {
        "office": letterhead(profile()) | {"hours": profile().hours or ""},
        "lang": language(),
        "title": _("Dostęp do portalu mieszkańca"),
        "words": _words(),
        "letters": [_letter(content) for content in contents],
        "codes": {path: segno.make(external(path), error="m").svg_inline(border=0) for path in ("/activate", "/login")},
    }
    return (pdf.render_apart if apart else pdf.render)(TEMPLATE, data)


def _letter(content: dict[str, Any]) -> dict[str, Any]:
    path = "/activate" if "code" in content else "/login"
    until = local(datetime.fromisoformat(content["expires_at"]))
    return {
        "address": [content["name"], *content["address"]],
        "login": content["login"],
        "secret": content.get("code") or content["password"],
        "is_code": "code" in content,
        "path": path,
        "url": external(path),
        "until": f"{until:%d.%m.%Y}",
    }


def _words() -> dict[str, str]:
    return {
        "lead": _(
            "Masz konto w portalu mieszkańca. Zobaczysz w nim saldo i wpłaty, naliczenia, pisma i ogłoszenia, "
            "a do administracji napiszesz bez wychodzenia z domu."
        ),
        "how": _("Jak się zalogować"),
        "open": _("Otwórz w przeglądarce adres"),
        "scan": _("albo zeskanuj telefonem kod obok"),
        "type_code": _("Wpisz login i jednorazowy kod z tego listu."),
        "type_password": _("Wpisz login i hasło startowe z tego listu."),
        "choose": _("Ustaw własne hasło. Odtąd logujesz się loginem i tym hasłem."),
        "login": _("Login"),
        "code": _("Jednorazowy kod"),
        "password": _("Hasło startowe"),
        "code_valid": _("Działa raz, do dnia"),
        "password_valid": _("Działa do dnia"),
        "keep": _(
            "Zachowaj login, a kod możesz potem wyrzucić. Nie podawaj nikomu kodu ani hasła: pracownik administracji "
            "nigdy o nie nie zapyta."
        ),
        "help": _("Potrzebujesz pomocy?"),
        "ask": _("Zadzwoń, napisz albo przyjdź do nas."),
        "hours": _("Godziny przyjęć:"),
        "scan_alt": _("Kod QR z adresem"),
    }
