"""Findings in words: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core.language import gettext as _

Sentence = Callable[[Mapping[str, Any]], str]

CELLS: dict[str, Sentence] = {
    "part-missing": lambda p: _(
        "W wartości „%(value)s” nie ma części, którą profil importu ma z niej wziąć. Uzupełnij ją albo popraw profil.",
        value=p["value"],
    ),
    "side-unknown": lambda p: _(
        "Nie wiadomo, czy „%(value)s” to strona Wn, czy Ma. Dopisz to słowo w profilu importu.", value=p["value"]
    ),
    "required": lambda p: _("Brak wartości, a ta kolumna jest obowiązkowa. Uzupełnij komórkę."),
    "too-long": lambda p: _(
        "Tekst może mieć najwyżej %(limit)d znaków, a ma ich %(length)d. Skróć go.",
        length=p["length"],
        limit=p["limit"],
    ),
    "control-characters": lambda p: _(
        "W kodzie „%(value)s” są niewidoczne znaki sterujące. Wpisz kod od nowa.", value=p["value"]
    ),
    "control-characters-dropped": lambda p: _("Pominięto niewidoczne znaki sterujące w tekście."),
    "cell-error": lambda p: _(
        "Komórka zawiera błąd arkusza (na przykład #ADR! albo #REF!). Popraw formułę i zapisz plik ponownie."
    ),
    "formula-without-value": lambda p: _(
        "Formuła nie ma zapisanego wyniku. Otwórz plik w programie Excel lub LibreOffice, przelicz go i "
        "zapisz, albo wklej same wartości."
    ),
    "cell-boolean": lambda p: _("Komórka zawiera wartość logiczną (PRAWDA lub FAŁSZ). Wpisz tekst albo liczbę."),
    "cell-became-date": lambda p: _(
        "Arkusz kalkulacyjny zamienił tę wartość na datę lub godzinę. Ustaw format kolumny na Tekst i wpisz "
        "wartość jeszcze raz."
    ),
    "digits-lost": lambda p: _(
        "Arkusz kalkulacyjny zapisał kod jako liczbę „%(value)s” i zgubił jego cyfry. Ustaw format kolumny na"
        " Tekst i wpisz kod jeszcze raz.",
        value=p["value"],
    ),
    "amount": lambda p: _(
        "Nie da się odczytać kwoty „%(value)s”. Wpisz samą liczbę, na przykład 1234,56.", value=p["value"]
    ),
    "amount-decimals": lambda p: _(
        "Kwota „%(value)s” ma więcej niż dwa miejsca po przecinku. Zaokrąglij ją do groszy, a separator "
        "tysięcy usuń lub zastąp spacją.",
        value=p["value"],
    ),
    "amount-negative": lambda p: _(
        "Kwota „%(value)s” jest ujemna. Wpisz ją bez minusa po drugiej stronie (Wn albo Ma), jako korektę.",
        value=p["value"],
    ),
    "amount-too-large": lambda p: _(
        "Kwota „%(value)s” jest większa niż 10 miliardów złotych. Sprawdź, czy nie zgubiono przecinka.",
        value=p["value"],
    ),
    "area": lambda p: _(
        "Nie da się odczytać powierzchni „%(value)s”. Wpisz same metry kwadratowe, na przykład 48,50.",
        value=p["value"],
    ),
    "area-negative": lambda p: _("Powierzchnia „%(value)s” jest ujemna. Usuń minus.", value=p["value"]),
    "area-too-large": lambda p: _(
        "Powierzchnia „%(value)s” jest zbyt duża. Sprawdź, czy nie zgubiono przecinka.", value=p["value"]
    ),
    "area-rounded": lambda p: _(
        "Powierzchnię „%(value)s” zaokrąglono do %(rounded)s m².", value=p["value"], rounded=p["rounded"]
    ),
    "number": lambda p: _(
        "Nie da się odczytać liczby „%(value)s”. Wpisz same cyfry, na przykład 12,345.", value=p["value"]
    ),
    "number-negative": lambda p: _("Liczba „%(value)s” jest ujemna, a nie może być. Popraw ją.", value=p["value"]),
    "number-too-large": lambda p: _(
        "Liczba „%(value)s” jest zbyt duża. Sprawdź, czy nie zgubiono przecinka.", value=p["value"]
    ),
    "number-rounded": lambda p: _(
        "Liczbę „%(value)s” zaokrąglono do %(rounded)s.", value=p["value"], rounded=p["rounded"]
    ),
    "integer": lambda p: _("Wartość „%(value)s” nie jest liczbą całkowitą. Wpisz same cyfry.", value=p["value"]),
    "integer-range": lambda p: _("Liczba musi być od 0 do %(most)d. Popraw ją.", most=p["most"]),
    "date": lambda p: _(
        "Nie da się odczytać daty „%(value)s”. Wpisz ją jako 2026-11-30, 30.11.2026 albo 30-11-2026.",
        value=p["value"],
    ),
    "date-as-number": lambda p: _(
        "Zamiast daty jest liczba „%(value)s”. Ustaw format kolumny na Data i zapisz plik ponownie.",
        value=p["value"],
    ),
    "date-impossible": lambda p: _("Nie ma takiego dnia: „%(value)s”. Popraw datę.", value=p["value"]),
    "date-range": lambda p: _(
        "Rok daty „%(value)s” musi być od %(first)d do %(last)d. Popraw datę.",
        value=p["value"],
        first=p["first"],
        last=p["last"],
    ),
    "period": lambda p: _(
        "Nie da się odczytać okresu „%(value)s”. Wpisz rok i miesiąc, na przykład 2026-11.", value=p["value"]
    ),
    "account": lambda p: _(
        "Numer rachunku „%(value)s” zawiera inne znaki niż cyfry. Wpisz 26 cyfr, mogą być ze spacjami.",
        value=p["value"],
    ),
    "account-length": lambda p: _(
        "Numer rachunku musi mieć 26 cyfr, a ma ich %(length)d. Sprawdź, czego brakuje lub czego jest za dużo.",
        length=p["length"],
    ),
    "account-check-digits": lambda p: _(
        "Numer rachunku „%(value)s” ma błędne cyfry kontrolne. Sprawdź, czy nie ma w nim pomyłki.",
        value=p["value"],
    ),
    "account-as-number": lambda p: _(
        "Numer rachunku zapisano jako liczbę „%(value)s”, więc jego ostatnie cyfry przepadły. Ustaw format "
        "kolumny na Tekst i wpisz numer jeszcze raz.",
        value=p["value"],
    ),
    "choice": lambda p: _(
        "Nieznana wartość „%(value)s”. Wpisz jedną z: %(allowed)s.", value=p["value"], allowed=p["allowed"]
    ),
    "yes-no": lambda p: _("Wartość „%(value)s” nie jest ani „tak”, ani „nie”. Wpisz jedno z nich.", value=p["value"]),
    "share": lambda p: _(
        "Nie da się odczytać udziału „%(value)s”. Wpisz ułamek, na przykład 123/10000, albo liczbę 0,0123.",
        value=p["value"],
    ),
    "share-range": lambda p: _("Udział „%(value)s” nie mieści się między 0 a 1. Popraw go.", value=p["value"]),
    "email": lambda p: _("Adresu e-mail „%(value)s” nie da się odczytać. Pozostawiono puste pole.", value=p["value"]),
    "emails-several": lambda p: _(
        "W komórce jest kilka adresów e-mail. Przyjęto pierwszy: %(taken)s.", taken=p["taken"]
    ),
    "phone": lambda p: _("Numeru telefonu „%(value)s” nie da się odczytać. Pozostawiono puste pole.", value=p["value"]),
    "phones-several": lambda p: _(
        "W komórce jest kilka numerów telefonu. Przyjęto pierwszy: %(taken)s.", taken=p["taken"]
    ),
}

ROWS: dict[str, Sentence] = {
    "no-amount": lambda p: _("Nie ma kwoty ani po stronie Wn, ani po stronie Ma. Uzupełnij jedną z nich."),
    "both-sides": lambda p: _("Kwota jest po obu stronach, Wn i Ma. Zostaw jedną, a drugą wpisz w osobnym wierszu."),
    "person-nameless": lambda p: _("Osoba nie ma ani nazwiska, ani firmy. Uzupełnij jedno z nich."),
    "ends-before-start": lambda p: _("Data końca jest wcześniejsza niż data początku. Popraw jedną z nich."),
    "too-many-cells": lambda p: _(
        "Pól w wierszu jest %(count)d, a w nagłówku %(width)d. Jeśli separator należy do treści pola (na przykład "
        "przecinek w kwocie), ujmij całe pole w cudzysłów.",
        count=p["count"],
        width=p["width"],
    ),
    "header-repeated": lambda p: _("Nagłówek powtarza się w środku danych. Usuń ten wiersz."),
}

SHEETS: dict[str, Sentence] = {
    "column-missing": lambda p: _(
        "Brak obowiązkowej kolumny %(columns)s. Dodaj ją albo popraw jej nagłówek.", columns=p["columns"]
    ),
    "column-missing-any": lambda p: _(
        "Brak kolumn: %(columns)s. Potrzebna jest przynajmniej jedna z nich. Dodaj ją albo popraw jej nagłówek.",
        columns=p["columns"],
    ),
    "column-twice": lambda p: _(
        "Kolumny „%(first)s” i „%(value)s” znaczą to samo. Zostaw jedną z nich.",
        first=p["first"],
        value=p["value"],
    ),
    "column-unknown": lambda p: _("Portal nie zna tej kolumny, więc ją pominięto."),
    "mapped-column-missing": lambda p: _(
        "Profil importu bierze dane z kolumny „%(value)s”, a w tym arkuszu jej nie ma. Przywróć kolumnę "
        "albo popraw profil.",
        value=p["value"],
    ),
    "header-missing": lambda p: _(
        "Pierwszy wiersz nie jest nagłówkiem: żadna nazwa nie jest znana. Wpisz w nim nazwy kolumn: %(columns)s.",
        columns=p["columns"],
    ),
    "empty-sheet": lambda p: _("Arkusz jest pusty, nie ma nawet nagłówka. Uzupełnij go albo usuń z paczki."),
    "no-rows": lambda p: _("Pod nagłówkiem nie ma ani jednego wiersza."),
    "sheet-twice": lambda p: _(
        "Ten sam arkusz jest w paczce dwa razy, także jako „%(first)s”. Zostaw jeden.", first=p["first"]
    ),
    "sheet-hidden": lambda p: _("Arkusz jest ukryty, więc go pominięto. Odkryj go, jeśli ma być wczytany."),
    "sheet-unwanted": lambda p: _("Profil importu każe nie wczytywać tego arkusza, więc go pominięto."),
    "sheet-unknown": lambda p: _("Portal nie zna arkusza o tej nazwie, więc go pominięto."),
    "file-unknown": lambda p: _("To nie jest plik CSV, więc go pominięto."),
    "too-many-columns": lambda p: _(
        "Wiersz może mieć najwyżej %(limit)d kolumn, a ma ich %(count)d. Usuń zbędne kolumny i sprawdź separator.",
        count=p["count"],
        limit=p["limit"],
    ),
    "line-too-long": lambda p: _(
        "Jeden z wierszy jest dłuższy niż %(limit)d kB. Sprawdź, czy plik na pewno jest tabelą CSV z "
        "podziałem na wiersze.",
        limit=p["limit"],
    ),
    "field-too-long": lambda p: _(
        "Pole zaczynające się w tym wierszu jest dłuższe niż %(limit)d znaków. Najczęściej winny jest "
        "cudzysłów bez pary: usuń go albo podwój.",
        limit=p["limit"],
    ),
    "quote": lambda p: _(
        'W polu jest cudzysłów bez pary. Usuń go albo zapisz podwójnie (""), a całe pole ujmij w cudzysłów.'
    ),
    "encoding-mixed": lambda p: _(
        "W pliku są pomieszane kodowania polskich liter (UTF-8 i inne). Zapisz go jeszcze raz w całości jako CSV UTF-8."
    ),
    "not-text": lambda p: _("Plik nie jest tekstem. Zapisz go w programie księgowym jeszcze raz jako CSV UTF-8."),
}

FILES: dict[str, Sentence] = {
    "empty-file": lambda p: _("Plik jest pusty (0 bajtów). Wyeksportuj go ponownie i wyślij jeszcze raz."),
    "too-large": lambda p: _(
        "Pliki paczki mają po rozpakowaniu %(size)d MB, a mogą mieć najwyżej %(limit)d MB. Podziel paczkę na "
        "mniejsze albo zapisz ją jako ZIP z plikami CSV.",
        size=p["size"],
        limit=p["limit"],
    ),
    "too-many-files": lambda p: _(
        "W paczce może być najwyżej %(limit)d plików, a jest ich %(count)d. Zostaw tylko pliki z danymi.",
        count=p["count"],
        limit=p["limit"],
    ),
    "too-many-tabs": lambda p: _(
        "Skoroszyt może mieć najwyżej %(limit)d arkuszy, a ma ich %(count)d. Usuń zbędne arkusze.",
        count=p["count"],
        limit=p["limit"],
    ),
    "bomb": lambda p: _(
        "Archiwum rozpakowuje się do pliku %(ratio)d razy większego, a dozwolone jest najwyżej %(limit)d "
        "razy. To nie wygląda na dane. Spakuj pliki CSV od nowa.",
        ratio=p["ratio"],
        limit=p["limit"],
    ),
    "archive-damaged": lambda p: _(
        "Archiwum jest uszkodzone albo niepełne. Spakuj pliki od nowa i wyślij jeszcze raz."
    ),
    "workbook-damaged": lambda p: _(
        "Skoroszytu nie da się odczytać: plik jest uszkodzony albo nie jest skoroszytem. Otwórz go w "
        "programie Excel lub LibreOffice i zapisz ponownie jako XLSX."
    ),
    "encrypted": lambda p: _("Plik jest zabezpieczony hasłem. Zapisz go bez hasła i wyślij jeszcze raz."),
    "unsafe-name": lambda p: _(
        "Archiwum zawiera plik o niedozwolonej ścieżce „%(value)s”. Spakuj same pliki CSV, bez folderów nadrzędnych.",
        value=p["value"],
    ),
    "link": lambda p: _("„%(value)s” jest dowiązaniem, a nie plikiem. Zastąp je prawdziwym plikiem.", value=p["value"]),
    "nested": lambda p: _(
        "W paczce jest plik „%(value)s”, który sam jest paczką lub skoroszytem. Rozpakuj go i dołącz pliki "
        "CSV, a skoroszyt wyślij osobno.",
        value=p["value"],
    ),
    "doctype": lambda p: _(
        "Część „%(value)s” skoroszytu zawiera niedozwoloną deklarację (DOCTYPE). Otwórz plik w programie "
        "Excel lub LibreOffice i zapisz ponownie jako XLSX.",
        value=p["value"],
    ),
    "foreign": lambda p: _(
        "To jest plik %(kind)s, a nie paczka z danymi. Wyślij skoroszyt XLSX, archiwum ZIP z plikami CSV albo"
        " plik CSV.",
        kind=p["kind"],
    ),
    "markup": lambda p: _(
        "To jest plik %(kind)s, choć jego nazwa mówi co innego. Otwórz go w programie Excel lub LibreOffice i"
        " zapisz jako XLSX.",
        kind=p["kind"],
    ),
    "no-sheets": lambda p: _(
        "Nie ma tu żadnego znanego arkusza. Nazwij arkusze lub pliki CSV tak: %(sheets)s.", sheets=p["sheets"]
    ),
    "too-slow": lambda p: _(
        "Czytanie pliku trwało zbyt długo i zostało przerwane. Podziel paczkę na mniejsze albo zapisz ją jako"
        " ZIP z plikami CSV."
    ),
    "too-hungry": lambda p: _(
        "Odczytanie pliku potrzebuje za dużo pamięci (ponad %(limit)d MB). Usuń z arkuszy puste wiersze i "
        "kolumny albo zapisz paczkę jako ZIP z plikami CSV.",
        limit=p["limit"],
    ),
}

#: What shows only when rows are held against each other and against the published books.
BOOKS: dict[str, Sentence] = {
    "sample-present": lambda p: _(
        "W portalu są dane przykładowe, więc nic nie wczytano. Usuń je jednym kliknięciem w Pierwszych krokach i "
        "wczytaj paczkę jeszcze raz."
    ),
    "doubled-key": lambda p: _(
        "„%(value)s” było już w wierszu %(first)d. Każdy wiersz musi mieć inny klucz: usuń powtórzenie albo je popraw.",
        value=p["value"],
        first=p["first"],
    ),
    "no-such-reference": lambda p: _(
        "„%(value)s” nie występuje w arkuszu „%(target)s”. Dopisz tam brakujący wiersz albo popraw kod.",
        value=p["value"],
        target=p["target"],
    ),
    "still-referenced": lambda p: _(
        "Nie ma wiersza „%(value)s”, choć odwołują się do niego opublikowane wiersze arkusza „%(other)s” (liczba "
        "takich wierszy: %(count)d). Dołącz ten arkusz do paczki albo przywróć brakujący wiersz.",
        value=p["value"],
        other=p["other"],
        count=p["count"],
    ),
    "control-sheet": lambda p: _(
        "Kontrola mówi o arkuszu „%(value)s”, którego nie ma w paczce. Dołącz go albo usuń ten wiersz kontroli.",
        value=p["value"],
    ),
    "control-rows": lambda p: _(
        "Kontrola podaje, że wierszy jest %(value)s, a w arkuszu „%(target)s” jest ich %(rows)d. Paczka jest "
        "niepełna albo kontrola nieaktualna: wyeksportuj ją ponownie.",
        value=p["value"],
        target=p["target"],
        rows=p["rows"],
    ),
    "control-sum": lambda p: _(
        "Kontrola podaje sumę %(value)s, a Wn minus Ma w arkuszu „%(target)s” daje %(total)s; różnica wynosi "
        "%(difference)s. Paczka jest niepełna albo kontrola nieaktualna: wyeksportuj ją ponownie.",
        value=p["value"],
        target=p["target"],
        total=p["total"],
        difference=p["difference"],
    ),
}

SENTENCES: dict[str, Sentence] = CELLS | ROWS | SHEETS | FILES | BOOKS


def message(code: str, params: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    """The sentence for `code`, with the place in front: sheet, row, column as the file names them."""
    said = SENTENCES[code]({"value": place.get("value") or "", **params})
    sheet, row, column = place.get("sheet"), place.get("row"), place.get("column")
    parts = []
    if sheet is not None:
        parts.append(_("arkusz „%(sheet)s”", sheet=sheet))
    if row is not None:
        parts.append(_("wiersz %(row)d", row=row))
    if column is not None:
        parts.append(_("kolumna „%(column)s”", column=column))
    where = ", ".join(parts)
    return f"{where[0].upper()}{where[1:]}: {said}" if where else said
