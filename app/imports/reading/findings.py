"""What is wrong with a package: one finding per fault, kept up to a limit and counted beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VALUE_LENGTH = 80


class Unreadable(Exception):
    """A cell that cannot be accepted. `code` names the sentence, `params` fill it."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Doubtful(Exception):
    """A cell that is accepted as `instead` (empty text for nothing), with a warning."""

    def __init__(self, code: str, /, *, instead: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.instead = instead
        self.params = params


class Refused(Exception):
    """A file or a sheet that cannot be read at all.

    `sheet`, `row` and `column` say where, as far as that is known.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sheet = sheet
        self.row = row
        self.column = column
        self.value = value
        self.params = params


@dataclass(frozen=True)
class Finding:
    """One fault, told to a person.

    `sheet` and `column` are named as the file names them; `row` is the number that a spreadsheet shows
    (header = 1); `value` is the cell as found, cut to 80 characters; `message` is a sentence in the language of
    the run, which `code` and `params` (texts and numbers) can say again in another.
    """

    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass
class Findings:
    """Errors and warnings of a package: those kept, and how many there are in truth."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0


@dataclass
class Notes:
    """The child's side of findings: codes and figures, to be worded by the parent."""

    limit: int
    kept: list[dict[str, Any]] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    def error(self, code: str, /, *, params: Mapping[str, Any] | None = None, **place: Any) -> None:
        """Note an error. `place`: sheet, row, column, value."""
        self.errors += 1
        if self.errors <= self.limit:
            self._keep("error", code, place, params)

    def warning(self, code: str, /, *, params: Mapping[str, Any] | None = None, **place: Any) -> None:
        """Note a warning. `place`: sheet, row, column, value."""
        self.warnings += 1
        if self.warnings <= self.limit:
            self._keep("warning", code, place, params)

    def refusal(self, refused: Refused) -> None:
        """Note an error that ended the reading of a file or a sheet."""
        self.error(
            refused.code,
            params=refused.params,
            sheet=refused.sheet,
            row=refused.row,
            column=refused.column,
            value=refused.value,
        )

    def taken(self) -> list[dict[str, Any]]:
        """What has been noted since the last call."""
        kept, self.kept = self.kept, []
        return kept

    def _keep(self, level: str, code: str, place: Mapping[str, Any], params: Mapping[str, Any] | None) -> None:
        value = place.get("value")
        self.kept.append(
            {
                "level": level,
                "code": code,
                "sheet": place.get("sheet"),
                "row": place.get("row"),
                "column": place.get("column"),
                "value": None if value is None else cut(value),
                "params": dict(params or {}),
            }
        )


def cut(value: object) -> str:
    """Text of a cell, at most 80 characters long."""
    text = {True: "PRAWDA", False: "FAŁSZ"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= VALUE_LENGTH else text[: VALUE_LENGTH - 1] + "…"
