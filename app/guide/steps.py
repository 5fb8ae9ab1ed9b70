"""What the how-to shows, step by step: words, and where the picture of each step is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.language import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Step:
    """One step: lazy words, and the page that its picture shows.

    `login` is one of the demo manager's, None for nobody; `path` may hold `{site}`, its building site. `mark` is a
    CSS selector of what the step speaks of: it gets a frame in the picture.
    """

    key: str
    title: Any
    text: Any
    path: str
    mark: str = "h1"
    login: str | None = "same"


@dataclass(frozen=True, slots=True)
class Guide:
    """A how-to of one audience; `login` is who is logged in where a step says nothing else."""

    name: str
    title: Any
    lead: Any
    login: str
    steps: tuple[Step, ...]


RESIDENTS = Guide(
    "residents",
    _l("Jak korzystać z portalu mieszkańca"),
    _l("Od pierwszego logowania do wydruku przelewu."),
    "L000001",
    (
        Step("login", _l("Zaloguj się"), _l("Wpisz login i hasło, które dał Ci zarządca. Gdy hasła nie pamiętasz, "
             "wybierz „Nie pamiętam hasła”."), "/login", "main form", None),
        Step("balance", _l("Sprawdź, ile i do kiedy zapłacić"), _l("Pierwsza zakładka pokazuje saldo, termin i numer "
             "rachunku. Na górze widać, z jakiego dnia są dane."), "/payments", "main .card"),
        Step("slip", _l("Wydrukuj przelew"), _l("Przycisk „Blankiet przelewu” otwiera plik PDF z Twoimi danymi, kwotą "
             "i kodem dla aplikacji banku."), "/payments", "a[href*='slip']"),
        Step("entries", _l("Zobacz, skąd wzięło się saldo"), _l("Obroty pokazują każde naliczenie i każdą wpłatę, "
             "z saldem po każdej z nich."), "/payments/entries", "main table"),
        Step("meters", _l("Sprawdź liczniki i podaj odczyt"), _l("Gdy zarządca zbiera odczyty, w zakładce Media "
             "zobaczysz przycisk do ich wpisania. Możesz dodać zdjęcie."), "/media/meters", "main .card"),
        Step("documents", _l("Znajdź dokument"), _l("Szukaj po słowach z tytułu albo z treści. Swoje pisma masz na "
             "początku listy."), "/documents", "main form"),
        Step("news", _l("Przeczytaj komunikaty"), _l("Tu są ogłoszenia zarządcy i wiadomości, które do Ciebie "
             "wysłano."), "/news", "main"),
        Step("write", _l("Napisz do nas"), _l("Wybierz, czego dotyczy sprawa, i napisz. Odpowiedź znajdziesz "
             "w historii, a powiadomienie dostaniesz e-mailem."), "/messages", "main form"),
        Step("settings", _l("Ustaw powiadomienia"), _l("W prawym górnym rogu jest Konfiguracja: hasło, adres e-mail "
             "i to, o czym chcesz wiedzieć."), "/settings/notifications", "main .card"),
    ),
)  # fmt: skip
STAFF = Guide(
    "staff",
    _l("Jak prowadzić portal: dla pracowników zarządcy"),
    _l("Co robi się na co dzień, w kolejności."),
    "admin",
    (
        Step("desk", _l("Zacznij od pulpitu"), _l("Pulpit pokazuje, co czeka: wnioski, rozmowy, wpłaty i dane, które "
             "nie przyszły."), "/admin/", "main"),
        Step("imports", _l("Wczytaj dane z księgowości"), _l("Paczka przychodzi sama w nocy albo wgrywasz ją tutaj. "
             "Zanim ją opublikujesz, zobaczysz, co się zmieni."), "/admin/imports", "main"),
        Step("residents", _l("Znajdź mieszkańca"), _l("Szukaj po nazwisku, lokalu albo loginie. Na jego stronie wydasz "
             "dostęp i sprawdzisz, dlaczego nie może się zalogować."), "/admin/residents", "main form"),
        Step("announcement", _l("Napisz komunikat"), _l("Wybierz odbiorców, policz ich i opublikuj od razu albo "
             "o wybranej godzinie."), "/admin/announcements/new", "main form"),
        Step("mailouts", _l("Wyślij pisma do wielu osób"), _l("Wysyłka wypełnia pola każdej osoby, dołącza jej pisma "
             "i pokazuje postęp."), "/admin/mailouts", "main"),
        Step("messages", _l("Odpowiadaj mieszkańcom"), _l("Każda rozmowa ma termin odpowiedzi i osobę, która ją "
             "prowadzi."), "/admin/messages", "main"),
        Step("windows", _l("Zbierz odczyty liczników"), _l("Otwórz zbieranie dla budynku, przypomnij spóźnionym "
             "i pobierz plik dla programu księgowego."), "/admin/media", "main"),
        Step("settlements", _l("Rozlicz media"), _l("Wpisz koszty budynku, a portal policzy każdy lokal i pokaże "
             "wyniki, które warto sprawdzić przed publikacją."), "/admin/media/settlements", "main"),
        Step("settings", _l("Ustaw portal po swojemu"), _l("Nazwa, kolory, teksty, menu, hasła i powiadomienia są "
             "w ustawieniach portalu."), "/admin/configuration", "main"),
    ),
)  # fmt: skip
WORKS = Guide(
    "works",
    _l("Jak korzystać ze strefy budowy"),
    _l("Dla właściciela budowy, architekta, kierownika i wykonawców."),
    "wlasciciel",
    (
        Step("home", _l("Strona budowy"), _l("Na górze są cztery miejsca: poczta, moje dane, pliki i ustawienia. Niżej "
             "to, co czeka w tym tygodniu, i wszystkie dokumenty."), "/works/{site}", ".works-bar"),
        Step("mail", _l("Poczta"), _l("Cała korespondencja budowy jest w jednym miejscu, także ta między innymi, jeśli "
             "masz do niej prawo."), "/works/{site}/mail", "main"),
        Step("write", _l("Wyślij wiadomość"), _l("Do uczestników albo na dowolny adres e-mail. Odpowiedzi wrócą do "
             "tego samego wątku, a załączniki trafią do teczek."), "/works/{site}/mail/new", "main form"),
        Step("contacts", _l("Baza adresowa"), _l("Kontakty dodaje każdy, czytają je tylko uprawnieni."),
             "/works/{site}/mail/contacts", "main"),
        Step("data", _l("Moje dane"), _l("Dane do faktur, adres budowy i dojazd. Możesz je zmienić, wydrukować "
             "i dołączyć do wiadomości."), "/works/{site}/data", "main .card"),
        Step("files", _l("Pliki"), _l("Teczki układają się same, bo każdy dokument dostaje rodzaj przy zapisie."),
             "/works/{site}/files", "main"),
        Step("new", _l("Dodaj dokument"), _l("Najpierw wybierz, co to jest. Potem tytuł, data i plik."),
             "/works/{site}/files/new", "main"),
        Step("invoices", _l("Faktury i rachunki"), _l("Dodają je wszyscy, także goście z jednorazowym dostępem; widzą "
             "je tylko uprawnieni."), "/works/{site}/files/invoices", "main"),
        Step("protocols", _l("Protokoły odbioru"), _l("Kilka osób pisze jeden protokół, każda swoją część, a na końcu "
             "wszyscy go podpisują."), "/works/{site}/files/protocols", "main"),
        Step("guests", _l("Zaproś kogoś z zewnątrz"), _l("Do jednej wiadomości albo jednego dokumentu. Gość wchodzi "
             "linkiem i kodem z e-maila i nie widzi nic więcej."), "/works/{site}/guests", "main"),
        Step("settings", _l("Ustawienia"), _l("Własny login i hasło, drugi krok logowania, powiadomienia. Właściciel "
             "dodaje tu uczestników."), "/works/{site}/settings", "main .card"),
    ),
)  # fmt: skip
GUIDES = {guide.name: guide for guide in (RESIDENTS, STAFF, WORKS)}


def picture(language: str, guide: str, step: str) -> str:
    """The name of a picture among the static files."""
    return f"guide/{language}/{guide}-{step}.webp"
