"""Polish names, as many letters with tails as life has, and addresses that belong to nobody."""

from random import Random

MEN = (
    "Adam", "Andrzej", "Bartłomiej", "Błażej", "Bogdan", "Bożydar", "Czesław", "Damian", "Dariusz",
    "Edward", "Franciszek", "Grzegorz", "Henryk", "Ignacy", "Jacek", "Jan", "Janusz", "Jędrzej", "Jerzy",
    "Józef", "Kamil", "Karol", "Kazimierz", "Krzysztof", "Leszek", "Łukasz", "Maciej", "Marcin", "Marek",
    "Mariusz", "Michał", "Mieczysław", "Paweł", "Piotr", "Przemysław", "Rafał", "Ryszard", "Sławomir",
    "Stanisław", "Stefan", "Szymon", "Tadeusz", "Tomasz", "Wacław", "Wiesław", "Wojciech", "Zbigniew",
    "Zdzisław", "Zygmunt", "Żegota",
)  # fmt: skip
WOMEN = (
    "Agnieszka", "Alicja", "Anna", "Barbara", "Beata", "Bożena", "Celina", "Czesława", "Danuta", "Dorota",
    "Elżbieta", "Ewa", "Genowefa", "Grażyna", "Halina", "Helena", "Irena", "Iwona", "Jadwiga", "Janina",
    "Joanna", "Józefa", "Katarzyna", "Krystyna", "Łucja", "Magdalena", "Małgorzata", "Maria", "Marianna",
    "Marzena", "Monika", "Oliwia", "Patrycja", "Renata", "Róża", "Stanisława", "Stefania", "Sylwia",
    "Teresa", "Urszula", "Wanda", "Weronika", "Wiesława", "Wiktoria", "Zdzisława", "Zofia", "Zuzanna",
    "Żaneta", "Oksana", "Natalia",
)  # fmt: skip
SURNAMES = (
    "Nowak", "Kowalski", "Wiśniewski", "Wójcik", "Kowalczyk", "Kamiński", "Lewandowski", "Zieliński",
    "Szymański", "Woźniak", "Dąbrowski", "Kozłowski", "Jankowski", "Mazur", "Kwiatkowski", "Krawczyk",
    "Kaczmarek", "Piotrowski", "Grabowski", "Zając", "Pawłowski", "Michalski", "Król", "Wieczorek",
    "Jabłoński", "Wróbel", "Nowakowski", "Majewski", "Olszewski", "Stępień", "Malinowski", "Jaworski",
    "Adamczyk", "Dudek", "Nowicki", "Pawlak", "Górski", "Witkowski", "Walczak", "Sikora", "Baran",
    "Rutkowski", "Michalak", "Szewczyk", "Ostrowski", "Tomaszewski", "Pietrzak", "Zalewski", "Wróblewski",
    "Marciniak", "Jasiński", "Zawadzki", "Bąk", "Jakubowski", "Sadowski", "Duda", "Włodarczyk", "Wilk",
    "Chmielewski", "Borkowski", "Sokołowski", "Szczepański", "Sawicki", "Kucharski", "Lis", "Maciejewski",
    "Kubiak", "Kalinowski", "Mazurek", "Wysocki", "Kołodziej", "Czarnecki", "Ziółkowski", "Żak", "Łuczak",
    "Śliwiński", "Ćwikliński", "Gołębiowski", "Świątek", "Źrebiec", "Brzęczyszczykiewicz", "Grzegżółka",
    "Kościelniak", "Gżegżółka", "Więcek", "Szczęsny", "Chrząszcz", "Mączyński", "Żółciński", "Kovalenko",
)  # fmt: skip
COMPANIES = (
    "„Żaczek” Przedszkole Niepubliczne s.c.", "Gabinet Stomatologiczny „Ząbek” sp. z o.o.",
    "Przedsiębiorstwo Wielobranżowe „Łoś” sp. j.", "Gmina Miejska", "Fundacja „Pomocna Dłoń”",
    "Biuro Rachunkowe „Grosz do grosza” sp. z o.o.", "Zakład Krawiecki „Igła” – Spółdzielnia Pracy",
)  # fmt: skip
DEVELOPER = "„Nowe Ściany” Deweloper sp. z o.o. sp. k."
LONGEST = (
    "Maksymiliana Apolonia Konstancja",
    "Brzęczyszczykiewicz-Grzegżółkowska vel Święciechowska-Źródłowska",
)
ELSEWHERE = (
    ("Różana", "99-950", "Dąbrówka Łużycka"), ("Polna", "99-961", "Księże Pole"), ("Ogrodowa", "99-972",
    "Źdźary"), ("Spółdzielcza", "99-983", "Ślesin Stary"),
)  # fmt: skip
MAIL_DOMAINS = ("example.org", "example.net", "osiedle.example")
_PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def surname(stem: str, woman: bool) -> str:
    """The surname as the person bears it: `Kowalski` becomes `Kowalska` for a woman."""
    if not woman:
        return stem
    if stem.endswith(("ski", "cki", "dzki")):
        return stem[:-1] + "a"
    return stem[:-1] + "a" if stem == "Szczęsny" else stem


def plain(text: str) -> str:
    """Lower-case letters without Polish tails and without blanks, for e-mail addresses."""
    return text.translate(_PLAIN).lower().replace(" ", "")


def email(rng: Random, first: str, last: str, number: int) -> str:
    """An address of a reserved domain, unlike any other because it carries the person's number."""
    # Of a long name only the beginnings: the part before the sign has at most 64 characters.
    given, family = plain(first.split()[0]), plain(last.split("-")[0])
    local = rng.choice((f"{given}.{family}{number}", f"{given[0]}{family}.{number}"))
    return f"{local}@{rng.choice(MAIL_DOMAINS)}"


def phone(rng: Random, number: int) -> str:
    """A number in one of the ways in which clerks type it; the block of numbers is an invented one."""
    digits = f"500000{number % 1000:03d}"
    style = rng.choice(("{0} {1} {2}", "+48 {0} {1} {2}", "{0}-{1}-{2}", "{0}{1}{2}"))
    return style.format(digits[:3], digits[3:6], digits[6:])
