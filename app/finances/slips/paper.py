"""The slip as PDF: a form for a bank or a post office, and the payment codes below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import language
from app.core.money import money
from app.finances.rules import account_number
from app.finances.slips.order import Order, Sender, cells
from app.finances.slips.payload import payload, picture
from app.finances.slips.words import in_words
from app.gateways import pdf

TEMPLATE = Path(__file__).resolve().parent.parent / "print" / "slip.typ"


def codes(order: Order) -> list[dict[str, str]]:
    """The payment codes of an order: with its amount, if it has one, and with an amount that the payer types.

    Each is {`svg`, `label`, `hint`}.
    """
    made = []
    if order.grosze:
        label = _("Kod z kwotą %(amount)s", amount=money(order.grosze))
        made.append(_code(order, order.grosze, label, _("Kwota jest już wpisana.")))
    label = _("Kod bez kwoty")
    return [*made, _code(order, 0, label, _("Kwotę wpiszesz w aplikacji banku."))]


def slip(order: Order, sender: Sender, *, cash: bool) -> bytes:
    """One A4 page. `cash` fills the form for a deposit over the counter, else for a transfer. Raises `CannotPrint`."""
    data = {
        "lang": language(),
        "title": _("Blankiet wpłaty"),
        "recipient": order.recipient,
        "recipient_address": order.recipient_address,
        "account": order.account,
        "account_read": account_number(order.account),
        "cells": cells(order.grosze),
        "amount": money(order.grosze) if order.grosze is not None else "",
        "in_words": in_words(order.grosze) if order.grosze is not None else "",
        "cash": cash,
        "sender": [line for line in (sender.name, sender.address) if line],
        "about": order.title,
        "codes": codes(order),
        "words": _words(),
    }
    return pdf.render(TEMPLATE, data)


def _code(order: Order, grosze: int, label: str, hint: str) -> dict[str, str]:
    said = payload(order.nip, order.account, grosze, order.code_recipient, order.code_title)
    return {"svg": picture(said, label), "label": label, "hint": hint}


def _words() -> dict[str, Any]:
    return {
        "form": "POLECENIE PRZELEWU / WPŁATA GOTÓWKOWA",  # the name of the form, the same in every language
        "bank_part": "odcinek dla banku",
        "payer_part": "pokwitowanie dla zleceniodawcy",
        "recipient": "nazwa odbiorcy",
        "account": "nr rachunku odbiorcy",
        "currency": "waluta",
        "amount": "kwota",
        "in_words": "kwota słownie (wpłata)",
        "payer_account": "nr rachunku zleceniodawcy (przelew)",
        "payer": "nazwa zleceniodawcy",
        "about": "tytułem",
        "signature": "pieczęć, data i podpis(y) zleceniodawcy",
        "stamp": "stempel",
        "fee": "opłata",
        "cut": _("Odetnij wzdłuż tej linii."),
        "scan": _("Szybciej: zeskanuj kod w aplikacji banku"),
        "how": _("W aplikacji banku wybierz płatność kodem QR i skieruj aparat na jeden z kodów."),
        "type": _("Dane do przepisania"),
        "facts": [_("Odbiorca"), _("Adres"), _("Numer rachunku"), _("Kwota"), _("Tytuł"), _("Wpłacający")],
        "open": _("dowolna"),
        "made": _("Przygotowano %(day)s.", day=f"{today():%d.%m.%Y}"),
    }
