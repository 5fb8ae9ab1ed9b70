"""What became of a bank file, as figures and codes, and in sentences. Money as text with two decimals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.core.language import gettext as _
from app.core.money import plain
from app.statements.reading.bookings import Content, Statement

KEPT = 200  # statements and findings


@dataclass(slots=True)
class Report:
    """`status`: `published`, `unchanged`, `checked`, `refused` or `failed`, as of imports; the rest counts bookings."""

    public_id: str
    status: str = "refused"
    files: list[dict[str, Any]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    bookings: dict[str, int] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def take(self, content: Content) -> None:
        """Tell of one file that was read."""
        self.files.append({
            "name": content.name, "format": content.form, "encoding": content.encoding,
            "statements": len(content.statements), "bookings": sum(len(each.bookings) for each in content.statements),
        })  # fmt: skip
        for code, params in content.notes:
            self.warn(code, {"file": content.name} | params)
        for statement in content.statements:
            if len(self.statements) < KEPT:
                self.statements.append(_statement(content, statement))
            if statement.balanced is False:
                self.warn("unbalanced", {"file": content.name, "account": statement.account or "–",
                                         "number": statement.number or "–"})  # fmt: skip

    def warn(self, code: str, params: dict[str, Any]) -> None:
        if len(self.warnings) < KEPT:
            self.warnings.append({"code": code, "line": None, "params": params})

    def refuse(self, code: str, line: int | None, params: dict[str, Any]) -> None:
        self.status = "refused"
        self.errors.append({"code": code, "line": line, "params": params})

    def kept(self) -> dict[str, Any]:
        """What is stored with the file."""
        names = ("status", "files", "statements", "bookings", "errors", "warnings")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """What the command line prints: the same frame as the report of an import."""
        forms = sorted({file["format"] for file in self.files})
        told = {"id": self.public_id, "status": self.status, "revision": None, "format": ", ".join(forms) or None}
        return told | {
            "files": self.files, "statements": self.statements, "bookings": self.bookings,
            "errors": [_finding(each) for each in self.errors],
            "warnings": [_finding(each) for each in self.warnings],
        }  # fmt: skip


def _statement(content: Content, statement: Statement) -> dict[str, Any]:
    return {
        "file": content.name, "account": statement.account, "number": statement.number,
        "currency": statement.currency,
        "opening": None if statement.opening is None else plain(statement.opening),
        "closing": None if statement.closing is None else plain(statement.closing),
        "balanced": statement.balanced, "bookings": len(statement.bookings),
    }  # fmt: skip


def _finding(found: dict[str, Any]) -> dict[str, Any]:
    params = found["params"]
    return {
        "sheet": params.get("file"), "row": found["line"], "column": None, "value": params.get("value"),
        "code": found["code"], "message": sentence(found["code"], params),
    }  # fmt: skip


def worded(report: dict[str, Any]) -> dict[str, Any]:
    """A kept report with sentences in the language of the reader."""
    said = {level: [_finding(each) for each in report.get(level, ())] for level in ("errors", "warnings")}
    return report | said


def sentence(code: str, params: dict[str, Any]) -> str:
    """What was found, and how to mend it."""
    told = _SENTENCES.get(code)
    if told is None:
        return _("Tego pliku nie da się odczytać. Pobierz go z banku jeszcze raz.")
    try:
        return told(params)
    except (KeyError, TypeError, ValueError):
        return told(dict.fromkeys(_PARAMS, "–"))


_PARAMS = ("value", "file", "limit", "count", "found", "account", "number", "side", "said", "encoding")
_SENTENCES = {
    "empty": lambda p: _("Plik jest pusty. Wybierz plik pobrany z banku."),
    "unknown": lambda p: _("To nie wygląda na plik z banku. Wczytaj wyciąg MT940, MT942, camt, Elixir-0 "
                           "albo plik wpłat masowych."),
    "not-said": lambda p: _("Plik nie jest w wybranym formacie. Wybierz „rozpoznaj sam” albo właściwy format."),
    "not-text": lambda p: _("To nie jest plik tekstowy. Wybierz wyciąg pobrany z banku."),
    "encoding": lambda p: _("Pliku nie da się odczytać jako %(encoding)s. Wybierz inne kodowanie znaków.",
                            encoding=p["encoding"]),
    "too-large": lambda p: _("Plik jest za duży: najwięcej można wczytać %(limit)s MB.", limit=p["limit"]),
    "too-many": lambda p: _("W archiwum jest za dużo plików: najwięcej może ich być %(limit)s.", limit=p["limit"]),
    "encrypted": lambda p: _("Archiwum jest zabezpieczone hasłem. Rozpakuj je i wczytaj same pliki."),
    "nested": lambda p: _("W archiwum jest następne archiwum: %(file)s. Rozpakuj je i wczytaj same pliki.",
                          file=p["file"]),
    "damaged": lambda p: _("Archiwum jest uszkodzone. Pobierz je z banku jeszcze raz."),
    "too-slow": lambda p: _("Odczytanie pliku trwało za długo, więc zostało przerwane."),
    "too-hungry": lambda p: _("Odczytanie pliku wymagało za dużo pamięci, więc zostało przerwane."),
    "mt940-empty": lambda p: _("W pliku nie ma żadnego wyciągu MT940: brakuje pól :20: i :25:."),
    "camt-empty": lambda p: _("W pliku nie ma żadnego wyciągu camt."),
    "elixir-empty": lambda p: _("W pliku nie ma żadnej operacji."),
    "mass-empty": lambda p: _("W pliku nie ma żadnej wpłaty."),
    "entry": lambda p: _("Nie da się odczytać operacji: „%(value)s”. Pobierz plik z banku jeszcze raz.",
                         value=p["value"]),
    "balance": lambda p: _("Nie da się odczytać salda: „%(value)s”. Pobierz plik z banku jeszcze raz.",
                           value=p["value"]),
    "amount": lambda p: _("Nie da się odczytać kwoty: „%(value)s”.", value=p["value"]),
    "date": lambda p: _("Nie da się odczytać daty: „%(value)s”.", value=p["value"]),
    "row": lambda p: _("Ten wiersz nie jest ani operacją, ani podsumowaniem. Pobierz plik z banku jeszcze raz."),
    "trailer": lambda p: _("Podsumowanie pliku się nie zgadza: zapowiedziano %(count)s wpłat, a w pliku jest "
                           "%(found)s, albo różni się suma. Plik może być niepełny: pobierz go jeszcze raz.",
                           count=p["count"], found=p["found"]),
    "xml": lambda p: _("To nie jest poprawny plik XML. Pobierz go z banku jeszcze raz."),
    "xml-declares": lambda p: _("Plik XML zawiera deklaracje (DOCTYPE), których wyciągi nie mają. "
                                "Nie został wczytany."),
    "xml-shape": lambda p: _("Plik XML jest zbudowany inaczej niż wyciąg. Nie został wczytany."),
    "unbalanced": lambda p: _("Wyciąg %(number)s rachunku %(account)s: saldo początkowe i operacje nie dają salda "
                              "końcowego. Wpłaty z niego czekają, aż potwierdzisz wyciąg.",
                              number=p["number"], account=p["account"]),
    "sums": lambda p: _("Liczba albo suma operacji różni się od podsumowania w pliku. Sprawdź, czy plik jest pełny."),
    "no-trailer": lambda p: _("Plik nie ma wiersza podsumowania (999), więc nie da się sprawdzić, czy jest pełny."),
    "left-out": lambda p: _("Pominięto plik „%(file)s”: to nie jest plik z banku.", file=p["file"]),
}  # fmt: skip
