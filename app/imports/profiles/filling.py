"""From the mapping of a sheet to the fields of its form and back. Pure."""

from __future__ import annotations

from typing import Any

from wtforms import Form

from app.core.language import gettext as _
from app.imports.profiles.forms import AUTOMATIC, CONSTANT, SIDES, SKIP, TAKEN
from app.imports.profiles.wording import allowed_words, said_of
from app.imports.reading.columns import Column
from app.imports.reading.findings import Doubtful, Unreadable
from app.imports.reading.mapping import BadMapping, plan
from app.imports.reading.parts import SIGNED_PARTS
from app.imports.reading.sheets import Sheet
from app.imports.reading.values import tidy

BAR = " | "


def values(sheet: Sheet, said: dict[str, Any]) -> dict[str, Any]:
    """The fields of a columns form, as a mapping says."""
    filled: dict[str, Any] = {"header": said.get("header")}
    for column in sheet.columns:
        recipe = (said.get("columns") or {}).get(column.name)
        if recipe:
            filled |= {f"c_{column.name}{end}": value for end, value in _recipe_values(recipe).items()}
    amount = said.get("amount")
    if amount:
        filled |= {
            "way": amount.get("way", "two"), "amount": amount.get("column", ""), "plus": amount.get("plus", "debit"),
            "side": amount.get("side", ""), "swapped": amount.get("swapped", False),
            "storno": amount.get("storno", False), "debit_words": ", ".join(amount.get("debit", [])),
            "credit_words": ", ".join(amount.get("credit", [])),
        }  # fmt: skip
    return filled


def _recipe_values(recipe: dict[str, Any]) -> dict[str, Any]:
    if "constant" in recipe:
        return {"": CONSTANT, "_text": recipe["constant"]}
    if "skip" in recipe:
        return {"": SKIP}
    if "sides" in recipe:
        return {"": SIDES}
    if "join" in recipe:
        joined = [*recipe["join"], "", ""]
        return {"": TAKEN + joined[0], "_and": joined[1], "_and2": joined[2], "_with": recipe.get("with", " ")}
    words = "\n".join(f"{theirs} = {ours}" for theirs, ours in recipe.get("words", {}).items())
    return {
        "": TAKEN + recipe["column"], "_part": recipe.get("part", ""), "_sign": recipe.get("sign", ""),
        "_words": words, "_negate": recipe.get("negate", False),
    }  # fmt: skip


def mapping_of(form: Form, sheet: Sheet, said: dict[str, Any]) -> dict[str, Any] | None:
    """What the form says of `sheet`, the tabs of `said` kept; None, and errors at the fields, if it makes no sense."""
    valid = form.validate()
    made: dict[str, Any] = {"tabs": said["tabs"]} if "tabs" in said else {}
    if form["header"].data is not None:
        made["header"] = form["header"].data
    columns = {}
    one_amount = "way" in form and form["way"].data in ("signed", "side")
    for column in sheet.columns:
        if one_amount and column.name in ("debit", "credit"):
            continue
        recipe = _recipe(form, column, (said.get("columns") or {}).get(column.name) or {})
        if recipe:
            columns[column.name] = recipe
    if columns:
        made["columns"] = columns
    if "way" in form:
        amount = _amount(form)
        if amount:
            made["amount"] = amount
    if valid and not form.errors:
        try:
            plan({"sheets": {sheet.name: made}})
        except BadMapping as bad:
            _put(form, bad)
    return None if form.errors else made


def _recipe(form: Form, column: Column, before: dict[str, Any]) -> dict[str, Any] | None:
    """What one column is made of; errors go to its fields. What the form has no field for stays as `before`."""
    name = f"c_{column.name}"
    way, rest = form[name].data or AUTOMATIC, {end: form[f"{name}_{end}"] for end in ("text", "part", "sign", "words")}
    if way == CONSTANT:
        return {"constant": _constant(rest["text"], column)}
    if way == SKIP:
        return {"skip": True}
    if way == SIDES:
        return {"sides": before.get("sides") or {"debit": "charge", "credit": "payment"}}
    if not way.startswith(TAKEN):
        return None
    source = way.removeprefix(TAKEN)
    joined = [source, *(form[f"{name}_{end}"].data for end in ("and", "and2") if form[f"{name}_{end}"].data)]
    if joined == before.get("join", [])[:3]:
        joined = before["join"]
    if len(joined) > 1:
        return {"join": joined, "with": form[f"{name}_with"].data or ""}
    recipe: dict[str, Any] = {"column": source}
    if rest["part"].data:
        recipe["part"] = rest["part"].data
        if rest["part"].data in SIGNED_PARTS:
            recipe["sign"] = rest["sign"].data or ""
            if not recipe["sign"]:
                rest["sign"].errors = [_("Podaj znak, który dzieli komórkę.")]
    words = _words(rest["words"])
    if words:
        recipe["words"] = words
    if f"{name}_negate" in form and form[f"{name}_negate"].data:
        recipe["negate"] = True
    return recipe


def _constant(field: Any, column: Column) -> str:
    text = tidy(field.data or "")
    if not text:
        field.errors = [_("Wpisz wartość, która ma stać w każdym wierszu.")]
        return text
    try:
        column.kind.parse(text)
    except Unreadable:
        allowed = allowed_words(column)
        field.errors = [
            _("Tu można wpisać: %(words)s.", words=allowed)
            if allowed
            else _("Ta kolumna nie przyjmie takiej wartości.")
        ]
    except Doubtful:
        pass
    return text


def _words(field: Any) -> dict[str, str]:
    words: dict[str, str] = {}
    for number, line in enumerate((field.data or "").splitlines(), 1):
        theirs, sign, ours = line.rpartition("=")
        if not line.strip():
            continue
        if not sign or not theirs.strip():
            field.errors = [_("Wiersz %(number)d: wpisz „słowo z pliku = słowo portalu”.", number=number)]
            continue
        words[theirs.strip()] = ours.strip()
    return words


def _amount(form: Form) -> dict[str, Any] | None:
    way = form["way"].data or "two"
    if way == "two":
        said = {name: True for name in ("swapped", "storno") if form[name].data}
        return {"way": "two", **said} if said else None
    amount: dict[str, Any] = {"way": way, "column": form["amount"].data or ""}
    if not amount["column"]:
        form["amount"].errors = [_("Wybierz kolumnę z kwotą.")]
    if way == "signed":
        amount["plus"] = form["plus"].data or "debit"
    if way == "side":
        amount["side"] = form["side"].data or ""
        if not amount["side"]:
            form["side"].errors = [_("Wybierz kolumnę, która mówi, czy to Wn, czy Ma.")]
        for side in ("debit", "credit"):
            amount[side] = [word.strip() for word in (form[f"{side}_words"].data or "").split(",") if word.strip()]
    return amount


def _put(form: Form, bad: BadMapping) -> None:
    """Show what is wrong with the mapping at the field that it is about."""
    place = bad.place[1] if len(bad.place) > 1 else ""
    name = "way" if place == "amount" and "way" in form else f"c_{place}"
    field = form[name] if name in form else form["header"]
    field.errors = [*field.errors, said_of(bad)]


def tabs_values(mapping: dict[str, Any]) -> dict[str, Any]:
    """The fields of the sheets form."""
    filled: dict[str, Any] = {}
    for name, said in (mapping.get("sheets") or {}).items():
        if "tabs" in said:
            filled[f"tabs_{name}"], filled[f"off_{name}"] = BAR.join(said["tabs"]), not said["tabs"]
    return filled


def with_tabs(form: Form, name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What the sheets form says of the tabs of one sheet, the rest of `said` kept."""
    rest = {key: value for key, value in said.items() if key != "tabs"}
    if form[f"off_{name}"].data:
        return {**rest, "tabs": []}
    tabs = [tab.strip() for tab in (form[f"tabs_{name}"].data or "").split("|") if tab.strip()]
    return {**rest, "tabs": tabs} if tabs else rest
