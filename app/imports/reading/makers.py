"""Columns of ours that are made of cells of a file: parts, joins, constants, sides of an amount.

A batch at a time, and only for sheets whose mapping asks for it. What comes out are cells as a file might have
held them, to be read like any others; a cell that cannot be made is a `CellFault`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.imports.reading.columns import CellFault, Column, Kind, cell_text
from app.imports.reading.findings import Unreadable
from app.imports.reading.mapping import Amount, Recipe
from app.imports.reading.parts import PARTS
from app.imports.reading.sheets import AMOUNT
from app.imports.reading.values import MINUS, fold, tidy

Cells = Sequence[Any]
#: Takes the columns of a batch, the number of its rows, and where our plain columns lie among them.
Make = Callable[[Sequence[Cells], int, Mapping[str, Cells]], "dict[str, list[Any]]"]

#: Cells that a column remembers what it made of.
MANY = 20_000
TEXT = Kind(str, dates=True, truths=True)
DEBIT_WORDS = ("wn", "w", "winien", "debet", "debit", "dt", "d", "obciążenie", "obciążenia", "+")
CREDIT_WORDS = ("ma", "m", "credit", "kredyt", "ct", "c", "uznanie", "uznania", "-")
SIDE_WORDS = {fold(word) or word: "debit" for word in DEBIT_WORDS} | {
    fold(word) or word: "credit" for word in CREDIT_WORDS
}


@dataclass(frozen=True)
class Maker:
    """Makes `columns` of ours out of a batch."""

    columns: tuple[str, ...]
    make: Make


def maker(column: Column, recipe: Recipe, at: Sequence[int]) -> Maker:
    """What makes `column` as `recipe` says, of the columns of the file at the indexes `at`."""
    if recipe.way == "constant":
        return Maker((column.name,), lambda cells, count, done: {column.name: [recipe.text] * count})
    if recipe.way == "join":
        return Maker((column.name,), lambda cells, count, done: {
            column.name: [_joined(row, recipe.text) for row in zip(*(cells[each] for each in at), strict=True)]
        })  # fmt: skip
    known: dict[Any, str] = {}

    def remade(cells: Sequence[Cells], count: int, done: Mapping[str, Cells]) -> dict[str, list[Any]]:
        if len(known) > MANY:
            known.clear()
        for cell in cells[at[0]]:
            if cell.__class__ is str and cell not in known:
                known[cell] = _remade(cell, column, recipe)
        return {column.name: [
            known[cell] if cell.__class__ is str else _remade(cell, column, recipe) for cell in cells[at[0]]
        ]}  # fmt: skip

    return Maker((column.name,), remade)


def _joined(row: tuple[Any, ...], sign: str) -> str:
    texts = [as_text(cell, TEXT) for cell in row]
    if CellFault in map(type, texts):
        return next(text for text in texts if type(text) is CellFault)
    return sign.join([text for text in texts if text])


def _remade(cell: Any, column: Column, recipe: Recipe) -> str:
    """A part of a cell, or other words for it, or its number with the other sign."""
    text = as_text(cell, TEXT if recipe.part or recipe.words else column.kind)
    if isinstance(text, CellFault):
        return text
    if recipe.part and text:
        taken = PARTS[recipe.part](" ".join(text.split()), recipe.text)
        if not taken and column.required:
            return CellFault("part-missing", text)
        text = taken
    if recipe.words:
        text = recipe.words.get(fold(text), text)
    if recipe.negate and text:
        minus, size = split_sign(text)
        text = size if minus else f"-{size}"
    return text


def as_text(cell: Any, kind: Kind) -> str:
    """A cell as tidy text; a `CellFault` for one that lost its meaning."""
    if type(cell) is str:
        return tidy(cell)
    if isinstance(cell, CellFault):
        return cell
    try:
        return tidy(cell_text(cell, kind))
    except Unreadable as fault:
        return CellFault(fault.code, cell)


def split_sign(amount: str) -> tuple[bool, str]:
    """Whether an amount is below zero, and its size: `-12,00`, `12,00-` and `(12,00)` alike."""
    if amount[:1].isdigit() and amount[-1:].isdigit():
        return False, amount
    text = amount.replace(MINUS, "-").strip()
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    if text.startswith("-") or text.endswith("-"):
        return True, text.strip("-").strip()
    return False, text.removeprefix("+").strip()


def one_amount(amount: Amount, at: Sequence[int]) -> Maker:
    """Debit and credit of one column of amounts, by their sign or by a column that names the side."""
    words = SIDE_WORDS | dict(amount.words)

    def make(cells: Sequence[Cells], count: int, done: Mapping[str, Cells]) -> dict[str, list[Any]]:
        debits: list[Any] = []
        credits: list[Any] = []
        sides = cells[at[1]] if amount.way == "side" else [amount.plus] * count
        for cell, said in zip(cells[at[0]], sides, strict=True):
            debit, credit = _placed(as_text(cell, AMOUNT), said, words if amount.way == "side" else None)
            debits.append(debit)
            credits.append(credit)
        return {"debit": debits, "credit": credits}

    return Maker(("debit", "credit"), make)


def _placed(text: str, said: Any, words: Mapping[str, str] | None) -> tuple[str, str]:
    """One amount as (debit, credit)."""
    if isinstance(text, CellFault) or not text:
        return text, ""
    side: str | None = said
    if words is not None:
        word = as_text(said, TEXT)
        side = words.get(fold(word) or word)
        if side is None:
            return CellFault("side-unknown", word), ""
    minus, size = split_sign(text)
    return (size, "") if (side == "debit") != minus else ("", size)


def two_amounts(debit_at: int | None, credit_at: int | None) -> Maker:
    """Debit and credit of two columns in which an amount below zero takes back one of the other side."""

    def make(cells: Sequence[Cells], count: int, done: Mapping[str, Cells]) -> dict[str, list[Any]]:
        nothing = [""] * count
        debits = cells[debit_at] if debit_at is not None else nothing
        credits = cells[credit_at] if credit_at is not None else nothing
        pairs = [_turned(debit, credit) for debit, credit in zip(debits, credits, strict=True)]
        return {"debit": [pair[0] for pair in pairs], "credit": [pair[1] for pair in pairs]}

    return Maker(("debit", "credit"), make)


def _turned(debit: Any, credit: Any) -> tuple[Any, Any]:
    first, second = as_text(debit, AMOUNT), as_text(credit, AMOUNT)
    if _below_zero(first) and _nothing(second):
        return "", split_sign(first)[1]
    if _below_zero(second) and _nothing(first):
        return split_sign(second)[1], ""
    return first, second


def _below_zero(text: str) -> bool:
    return not isinstance(text, CellFault) and bool(text) and split_sign(text)[0]


def _nothing(text: str) -> bool:
    return not isinstance(text, CellFault) and not text.strip("+-0,. ")


def by_side(column: Column, recipe: Recipe) -> Maker:
    """A word for entries on the debit side and another for those on the credit side."""

    def make(cells: Sequence[Cells], count: int, done: Mapping[str, Cells]) -> dict[str, list[Any]]:
        credits = done.get("credit") or [""] * count
        filled = (not isinstance(text := as_text(cell, AMOUNT), CellFault) and not _nothing(text) for cell in credits)
        return {column.name: [recipe.words["credit" if credit else "debit"] for credit in filled]}

    return Maker((column.name,), make)
