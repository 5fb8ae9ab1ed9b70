"""How a manager's own files become sheets of the package: what is said once and kept as a profile.

As JSON, every part of it optional:

    {"version": 1, "sheets": {"ledger": {
        "tabs": ["Kartoteka*"], "header": 3,
        "columns": {
            "entry": {"column": "Lp"}, "kind": {"column": "Typ", "words": {"N": "charge"}},
            "title": {"join": ["Opis", "Opis 2"], "with": ", "}, "account": {"constant": "rent"},
            "due": {"skip": true}},
        "amount": {"way": "signed", "column": "Kwota", "plus": "debit"}}}}

`tabs` are names of tabs or files (`*` stands for anything), `[]` for a sheet that is not read; `header` is the
number of the row that a spreadsheet shows, 0 for a file without one. Columns are named by their header, or `#3`
for the third. `{"column": …, "part": …}` takes a part of the cell (see `parts`), `{"sides": {"debit": …}}` a word
by the side of the amount, `negate` turns the sign. Ways of `amount`: `two` (columns; `swapped`, `storno` for minus
amounts that belong to the other side), `signed`, `side` (an amount and the word of its side). `single` names the
sheet that a lone CSV file holds. Columns that are not named are found by their headers as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.imports.reading.parts import PARTS, SIGNED_PARTS
from app.imports.reading.sheets import NAMES, SHEETS, Sheet, sheet_called
from app.imports.reading.values import fold

VERSION = 1
MAX_TEXT = 200
MAX_NAMES = 20
MAX_WORDS = 500
MAX_HEADER = 1000
WAYS = ("two", "signed", "side")
SIDES = ("debit", "credit")
POSITION = re.compile(r"#[1-9][0-9]{0,3}")


class BadMapping(ValueError):
    """A mapping that means nothing. `place`: sheet and column or other part; `code` says why, `word` what."""

    def __init__(self, code: str, place: Sequence[str], word: object = "") -> None:
        super().__init__(f"{code} at {'.'.join(place) or 'the top'}: {word}")
        self.code = code
        self.place = tuple(place)
        self.word = str(word)[:80]


@dataclass(frozen=True)
class Recipe:
    """What one of our columns is made of. `way`: column, join, constant, sides or skip."""

    way: str
    sources: tuple[str, ...] = ()
    text: str = ""
    part: str = ""
    negate: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Amount:
    """How the ledger of a file tells debit from credit. `words`: folded word of a side → debit or credit."""

    way: str = "two"
    column: str = ""
    side: str = ""
    plus: str = "debit"
    swapped: bool = False
    storno: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(name for name in (self.column, self.side) if name)


@dataclass(frozen=True)
class SheetMap:
    """The mapping of one sheet; `tabs` None means that the sheet is found by its name, `header` the first row."""

    tabs: tuple[str, ...] | None = None
    header: int | None = None
    columns: Mapping[str, Recipe] = field(default_factory=dict)
    amount: Amount | None = None

    @property
    def sources(self) -> set[str]:
        """Every header of the file that is spoken of."""
        named = {name for recipe in self.columns.values() for name in recipe.sources}
        return named | set(self.amount.sources if self.amount else ())


@dataclass(frozen=True)
class Plan:
    """A whole mapping. Without one, everything is found by the names of the contract."""

    sheets: Mapping[str, SheetMap] = field(default_factory=dict)
    single: str | None = None

    def of(self, sheet: Sheet) -> SheetMap | None:
        return self.sheets.get(sheet.name)

    def held_by(self, called: str) -> list[Sheet]:
        """The sheets that a tab or a file of this name holds: as the mapping says, failing that by its name."""
        claimed = [
            name for name, said in self.sheets.items() if said.tabs and any(_fits(called, tab) for tab in said.tabs)
        ]
        if not claimed:
            own = sheet_called(called)
            said = self.sheets.get(own or "")
            claimed = [own] if own and (said is None or said.tabs is None) else []
        return [SHEETS[name] for name in claimed if name in SHEETS]

    def unwanted(self, called: str) -> bool:
        """Whether the manager has said that a tab of this name is not read."""
        said = self.sheets.get(sheet_called(called) or "")
        return said is not None and said.tabs is not None


def _fits(called: str, pattern: str) -> bool:
    if "*" not in pattern:
        return fold(called) == fold(pattern)
    return re.fullmatch(".*".join(re.escape(fold(piece)) for piece in pattern.split("*")), fold(called)) is not None


NOTHING = Plan()


def plan(said: Mapping[str, Any] | None) -> Plan:
    """The mapping that was kept as JSON. Raises BadMapping."""
    if not said:
        return NOTHING
    _only(said, ("version", "sheets", "single"), ())
    if said.get("version", VERSION) != VERSION:
        raise BadMapping("version", (), said["version"])
    sheets = _object(said.get("sheets", {}), ("sheets",))
    single = said.get("single")
    if single is not None and single not in SHEETS:
        raise BadMapping("no-such-sheet", (), single)
    return Plan({name: _sheet(name, body) for name, body in sheets.items()}, single)


def _sheet(name: str, said: Any) -> SheetMap:
    if name not in NAMES:
        raise BadMapping("no-such-sheet", (), name)
    said = _object(said, (name,))
    _only(said, ("tabs", "header", "columns", "amount"), (name,))
    header = said.get("header")
    if header is not None and not (type(header) is int and 0 <= header <= MAX_HEADER):
        raise BadMapping("header", (name,), header)
    tabs = said.get("tabs")
    known = {column.name for column in SHEETS[name].columns}
    columns = {}
    for ours, recipe in _object(said.get("columns", {}), (name,)).items():
        if ours not in known:
            raise BadMapping("no-such-column", (name,), ours)
        columns[ours] = _recipe(recipe, (name, ours))
    amount = said.get("amount")
    if amount is not None and name != "ledger":
        raise BadMapping("amount-elsewhere", (name,))
    return SheetMap(
        None if tabs is None else tuple(_texts(tabs, (name, "tabs"))),
        header,
        columns,
        None if amount is None else _amount(amount, (name, "amount")),
    )


def _recipe(said: Any, place: tuple[str, ...]) -> Recipe:
    said = _object(said, place)
    _only(said, ("column", "part", "sign", "words", "negate", "join", "with", "constant", "sides", "skip"), place)
    ways = [way for way in ("column", "join", "constant", "sides", "skip") if way in said]
    if len(ways) != 1:
        raise BadMapping("way", place, ", ".join(ways))
    way = ways[0]
    if way == "join":
        sources = tuple(_header(name, place) for name in _texts(said["join"], place))
        if not sources:
            raise BadMapping("empty", place)
        return Recipe("join", sources, text=_text(said.get("with", " "), place))
    if way == "constant":
        return Recipe("constant", text=_text(said["constant"], place, filled=True))
    if way == "sides":
        return Recipe("sides", words=_sides(said["sides"], place))
    if way == "skip":
        return Recipe("skip")
    part, sign = _text(said.get("part", ""), place), _text(said.get("sign", ""), place)
    if part and part not in PARTS:
        raise BadMapping("no-such-part", place, part)
    if part in SIGNED_PARTS and not sign:
        raise BadMapping("sign", place)
    words = _words(said.get("words", {}), place)
    return Recipe("column", (_header(said["column"], place),), sign, part, said.get("negate") is True, words)


def _amount(said: Any, place: tuple[str, ...]) -> Amount:
    said = _object(said, place)
    _only(said, ("way", "column", "side", "plus", "swapped", "storno", "debit", "credit"), place)
    way = said.get("way", "two")
    if way not in WAYS:
        raise BadMapping("way", place, way)
    plus = said.get("plus", "debit")
    if plus not in SIDES:
        raise BadMapping("way", place, plus)
    words = {fold(word): side for side in SIDES for word in _texts(said.get(side, []), place)}
    return Amount(
        way,
        _header(said.get("column", ""), place) if way != "two" else "",
        _header(said.get("side", ""), place) if way == "side" else "",
        plus,
        said.get("swapped") is True,
        said.get("storno") is True,
        words,
    )


def _sides(said: Any, place: tuple[str, ...]) -> dict[str, str]:
    found = {side: _text(word, place, filled=True) for side, word in _object(said, place).items()}
    if set(found) != set(SIDES):
        raise BadMapping("empty", place)
    return found


def _words(said: Any, place: tuple[str, ...]) -> dict[str, str]:
    said = _object(said, place)
    if len(said) > MAX_WORDS:
        raise BadMapping("too-many", place, len(said))
    return {fold(_text(theirs, place)): _text(ours, place) for theirs, ours in said.items()}


def _header(said: Any, place: tuple[str, ...]) -> str:
    name = _text(said, place, filled=True).strip()
    if not fold(name) and not POSITION.fullmatch(name):
        raise BadMapping("empty", place)
    return name


def _texts(said: Any, place: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(said, list) or len(said) > MAX_NAMES:
        raise BadMapping("shape", place, said)
    return (_text(each, place, filled=True) for each in said)


def _text(said: Any, place: tuple[str, ...], *, filled: bool = False) -> str:
    if not isinstance(said, str) or len(said) > MAX_TEXT or not storable(said):
        raise BadMapping("shape", place, said)
    if filled and not said.strip():
        raise BadMapping("empty", place)
    return said


def storable(text: str) -> bool:
    """Whether a database takes the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _object(said: Any, place: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise BadMapping("shape", place, said)
    return said


def _only(said: Mapping[str, Any], known: Sequence[str], place: tuple[str, ...]) -> None:
    for name in said:
        if name not in known:
            raise BadMapping("unknown", place, name)
