"""CSV: rows of a text file, with the numbers that a spreadsheet would show."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import count
from operator import itemgetter
from typing import BinaryIO

from app.imports.reading import encodings
from app.imports.reading.findings import Refused
from app.imports.reading.headers import familiarity
from app.imports.reading.limits import Limits
from app.imports.reading.mapping import SheetMap
from app.imports.reading.sheets import Sheet

SEPARATORS = (";", ",", "\t")
HEADER_SEARCH = 50
CHUNK = 128 * 1024  # of 8 kB, the default, the decoding alone is twice as slow


class Delimited:
    """One CSV file that holds `sheet`. `called` is its name without the extension.

    `open` gives the `size` bytes anew at each call: the file is read twice, once to learn its encoding.
    """

    typed = False

    def __init__(self, sheet: Sheet, called: str, file: str, open: Callable[[], BinaryIO], size: int = 0) -> None:
        self.sheet = sheet
        self.called = called
        self.file = file
        self.encoding: str | None = None
        self.separator: str | None = None
        self.size = size
        self._open = open
        self._file: BinaryIO | None = None

    def records(self, limits: Limits, said: SheetMap | None) -> Iterator[list[str]]:
        """Every row of the file from its first, blank ones included. Raises Refused."""
        with self._open() as file:
            codec = encodings.detect(file, self.called, limits.line)
        self.encoding = encodings.NAMES[codec]
        with self._open() as file, io.TextIOWrapper(file, codec, newline="") as text:
            self.separator, announced = self._separator(text, said, limits)
        with self._open() as file, io.TextIOWrapper(file, codec, newline="") as text:
            self._file = file
            text._CHUNK_SIZE = CHUNK  # type: ignore[attr-defined]
            if announced:
                text.readline()
                yield []
            yield from self._rows(text, first=2 if announced else 1)

    def share(self, rows: int) -> float:
        """What part of it has been read; `rows` does not matter where bytes are counted."""
        file = self._file
        return 0.0 if file is None else 1.0 if file.closed else file.tell() / max(self.size, 1)

    def _separator(self, text: io.TextIOWrapper, said: SheetMap | None, limits: Limits) -> tuple[str, bool]:
        """The separator that makes most sense of the header; whether a line `sep=` announces it."""
        lines = [text.readline(limits.line) for _ in range(HEADER_SEARCH)]
        if said and said.header and len(lines) >= said.header and not lines[0].lower().startswith("sep="):
            lines = lines[said.header - 1 :]
        header = next((line for line in lines if line.strip(" \r\n\t;,\ufeff")), "")
        if header.lower().startswith("sep=") and len(header.strip("\r\n")) == 5:
            return header[4], True

        if not self.sheet.columns:
            # Nobody knows the header yet: what divides the first lines most often.
            return max(SEPARATORS, key=lambda separator: sum(line.count(separator) for line in lines)), False

        def sense(separator: str) -> tuple[int, int]:
            try:
                cells = next(csv.reader([header], delimiter=separator), [])
            except csv.Error:
                return 0, 0
            return familiarity(cells, self.sheet, said), header.count(separator)

        return max(SEPARATORS, key=sense), False

    def _rows(self, text: io.TextIOWrapper, *, first: int) -> Iterator[list[str]]:
        assert self.separator is not None
        reader, numbers = csv.reader(text, delimiter=self.separator, strict=True), count(first)
        try:
            # Counts the rows without a step of our own for each.
            yield from map(itemgetter(0), zip(reader, numbers, strict=False))
        except csv.Error as error:
            code = "field-too-long" if "larger" in str(error) else "quote"
            raise Refused(code, sheet=self.called, row=next(numbers), limit=csv.field_size_limit()) from None
        except UnicodeError:
            raise Refused("not-text", sheet=self.called, row=next(numbers)) from None
