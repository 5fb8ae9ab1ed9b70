"""What a demo manager tells its residents: announcements, documents, conversations, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """An announcement; `here` limits it to one building, `hours` is how long a failure lasts from now."""

    key: str
    title: str
    body: str
    importance: str = "ordinary"
    here: bool = False
    hours: int | None = None
    confirm: bool = False
    translations: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Paper:
    """A document: headings with paragraphs, who may see it, of which kind it is."""

    key: str
    title: str
    category: str
    access: str
    folder: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    number: str | None = None


@dataclass(frozen=True)
class Talk:
    """A conversation that a resident began; without an answer it waits."""

    key: str
    subject: str
    category: str
    body: str
    answer: str | None = None
    note: str | None = None


NOTICES = (
    Notice(
        "kominiarz",
        "Przegląd przewodów kominowych",
        "W przyszłym tygodniu **mistrz kominiarski** sprawdzi przewody wentylacyjne i spalinowe we wszystkich "
        "mieszkaniach.\n\n- Przegląd trwa około dziesięciu minut.\n- Prosimy o dostęp do kratek i podgrzewacza wody.\n"
        "- Przegląd jest bezpłatny i obowiązkowy (art. 62 Prawa budowlanego).\n\nKto nie może być w domu, umówi inny "
        "termin w biurze.",
        translations=(
            ("en", "Inspection of flues", "Next week a chimney sweep will check the flues of every flat. The visit "
             "takes about ten minutes and is free of charge. If you cannot be at home, call the office."),
            ("uk", "Огляд димоходів", "Наступного тижня сажотрус перевірить вентиляційні та димові канали в усіх "
             "квартирах. Огляд триває близько десяти хвилин і безкоштовний. Якщо вас не буде вдома, зателефонуйте до "
             "офісу."),
        ),
    ),
    Notice(
        "zebranie",
        "Zebranie w sprawie planu remontów",
        "Zapraszamy na zebranie o **planie remontów** na przyszły rok: ocieplenie, windy, zieleń przed klatkami. "
        "Spotkanie odbędzie się w sali klubu osiedlowego, początek o godzinie 18.\n\n"
        "Projekt planu leży w zakładce „Dokumenty”.",
        importance="important",
        confirm=True,
    ),
    Notice(
        "awaria",
        "Brak ciepłej wody",
        "W Twoim budynku pękła rura w węźle cieplnym. Ekipa pracuje na miejscu.",
        importance="failure",
        here=True,
        hours=20,
    ),
)  # fmt: skip
PAPERS = (
    Paper(
        "statut", "Statut", "statute", "public", "Statut i regulaminy",
        (
            ("Rozdział 1. Postanowienia ogólne", (
                "§ 1. Celem działalności jest zaspokajanie potrzeb mieszkaniowych członków i ich rodzin oraz zarząd "
                "nieruchomościami wspólnymi.",
                "§ 2. Czas trwania jest nieograniczony.",
            )),
            ("Rozdział 2. Członkowie", (
                "§ 3. Członkostwo powstaje z mocy prawa z chwilą nabycia prawa do lokalu.",
                "§ 4. Każdy członek ma jeden głos bez względu na liczbę lokali.",
            )),
        ),
    ),
    Paper(
        "porzadek", "Regulamin porządku domowego", "rules", "residents", "Statut i regulaminy",
        (
            ("Cisza nocna", ("Między godziną 22 a 6 obowiązuje cisza nocna.",)),
            ("Części wspólne", (
                "Na klatkach schodowych i w korytarzach piwnic niczego nie przechowujemy: to drogi ewakuacyjne.",
                "Rowery i wózki stawiamy w wózkowniach.",
            )),
        ),
    ),
    Paper(
        "uchwala", "Uchwała w sprawie stawki na fundusz remontowy", "resolution", "public", "Uchwały",
        (
            ("", ("Ustala się stawkę odpisu na fundusz remontowy w wysokości podanej w zawiadomieniu o opłatach.",
                  "Uchwała wchodzi w życie pierwszego dnia kwartału.")),
        ),
        number="7/2026",
    ),
    Paper(
        "protokol", "Protokół obrad walnego zgromadzenia", "minutes", "members", "Walne zgromadzenia",
        (
            ("Porządek obrad", ("Sprawozdanie zarządu, podział nadwyżki, plan remontów, wolne wnioski.",)),
            ("Przebieg", ("Zgromadzenie otworzył przewodniczący rady. Obecni byli członkowie podpisani na liście.",)),
        ),
    ),
    Paper(
        "instrukcja", "Jak podać stan licznika", "manual", "residents", "Instrukcje",
        (
            ("Krok po kroku", (
                "1. Spisz z tarczy cyfry na czarnym polu. Cyfr na czerwonym polu nie trzeba podawać.",
                "2. Zaloguj się do portalu i otwórz zakładkę „Media”.",
                "3. Wpisz stan przy właściwym numerze licznika.",
            )),
        ),
    ),
)  # fmt: skip
TALKS = (
    Talk(
        "swiatlo", "Nie świeci się lampa na drugim piętrze", "repairs",
        "Dzień dobry, od dwóch dni nie świeci lampa na drugim piętrze przy windzie. Proszę o wymianę.",
        answer="Dziękujemy za zgłoszenie. Elektryk wymienił dziś lampę. Gdyby znów zgasła, proszę odpisać.",
        note="Zgłoszone też przez dozorcę.",
    ),
    Talk(
        "nadplata", "Nadpłata z rozliczenia wody", "charges",
        "Proszę zaliczyć nadpłatę z rozliczenia wody na najbliższe opłaty. Czy muszę coś jeszcze podpisać?",
    ),
)  # fmt: skip
