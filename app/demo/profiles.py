"""Kinds of managers: what they are called, what they own, which components they charge and to which
accounts.

Price ranges are grosze for one unit of the basis; the seed picks a price inside the range for each
manager.
"""

from dataclasses import dataclass

# No tax office gives out numbers that begin with 999; the check digit is right.
NIP = "9990001232"


@dataclass(frozen=True)
class Component:
    """A charge component (składnik opłat).

    `measure` tells the quantity: area, persons, unit, meters, cold, hot (advances in cubic metres) or
    lift (persons above the ground floor of a building with a lift). `pool` is the purse its money goes
    to; a profile maps pools to ledger accounts. `since_month` is the month in which its price changes
    each year; `same_price_as` is the code of an earlier component whose prices it shares.
    """

    code: str
    name: str
    basis: str
    kind: str
    pool: str
    measure: str
    low: int
    high: int
    since_month: int = 1
    same_price_as: str | None = None


UPKEEP = Component("EKS", "Eksploatacja podstawowa", "m2", "dependent", "rent", "area", 310, 390, 3)
BOARD = Component("ZKZ", "Zaliczka na koszty zarządu", "m2", "dependent", "rent", "area", 250, 500, 4)
RENT = Component("CZY", "Czynsz najmu TBS", "m2", "dependent", "rent", "area", 1250, 1680, 4)
LOAN = Component("KRE", "Normatyw spłaty kredytu", "m2", "independent", "rent", "area", 300, 400)
REPAIRS = Component("FRE", "Fundusz remontowy", "m2", "dependent", "repairs", "area", 130, 420, 3)
HEATING = Component("ZCO", "Zaliczka na centralne ogrzewanie", "m2", "independent", "heat", "area", 460, 620)
TAX = Component("POD", "Podatek od nieruchomości", "m2", "independent", "rent", "area", 11, 25)
LAND = Component("WUG", "Opłata przekształceniowa", "m2", "independent", "rent", "area", 5, 20)
COLD = Component("ZWK", "Zimna woda i ścieki", "m3", "independent", "cold", "cold", 1150, 1650)
HOT_WATER = Component(
    "WCW", "Woda do podgrzania i ścieki", "m3", "independent", "hot", "hot", 1150, 1650, same_price_as="ZWK"
)
WARMING = Component("POW", "Podgrzanie wody", "m3", "independent", "hot", "hot", 2600, 3900)
HOT_FIXED = Component("CWS", "Ciepła woda – opłata stała", "unit", "independent", "rent", "unit", 2000, 3500)
WASTE = Component("ODP", "Gospodarowanie odpadami komunalnymi", "person", "independent", "rent", "persons", 2800, 4500)
ENTRYPHONE = Component("DOM", "Domofon", "unit", "dependent", "rent", "unit", 150, 400, 3)
LIFT = Component("DZW", "Dźwig osobowy", "person", "dependent", "rent", "lift", 600, 1200, 3)
METERS = Component("LIC", "Obsługa i odczyt wodomierzy", "piece", "dependent", "rent", "meters", 140, 380, 3)
ANTENNA = Component("RTV", "Antena zbiorcza RTV", "unit", "dependent", "rent", "unit", 300, 800, 3)
CELLAR = Component("SWP", "Oświetlenie piwnic i części wspólnych", "unit", "dependent", "rent", "unit", 300, 900, 3)
SOCIAL = Component("FSW", "Fundusz społeczno-wychowawczy", "m2", "dependent", "rent", "area", 8, 22, 3)

COMPONENTS_OF_ESTATE = (UPKEEP, REPAIRS, HEATING, TAX, COLD, HOT_WATER, WARMING, HOT_FIXED, WASTE)


@dataclass(frozen=True, eq=False)
class Profile:
    """A kind of manager.

    `kind` is the platform's word (cooperative, association, agency). `building_sizes` are the least and
    the greatest number of units of a building; `storeys` are the heights to choose from, lifts from the
    sixth storey up. `accounts` maps purses to ledger accounts. `titles` are pairs of a legal title and
    its weight in percent.
    """

    key: str
    slug: str
    name: str
    kind: str
    city: str
    postcode: str
    streets: tuple[str, ...]
    building_sizes: tuple[int, int]
    storeys: tuple[int, ...]
    components: tuple[Component, ...]
    accounts: dict[str, str]
    due_day: int
    titles: tuple[tuple[str, int], ...]
    role: str = "owner"
    member_percent: int = 0
    shares: bool = False
    estates: tuple[str, ...] = ()
    accent: str = "#1f6650"

    def office(self) -> dict[str, str]:
        """Contact data of the office, under the names of the office profile's columns."""
        return {
            "email": "biuro@osiedle.example",
            "phone": "500 000 999",
            "street_line": f"ul. {self.streets[0]} 2A",
            "city_line": f"{self.postcode} {self.city}",
            "hours": "poniedziałek 9:00–17:00, wtorek–piątek 7:30–15:30",
            "nip": NIP,
            "accent": self.accent,
        }


SLONECZNA = Profile(
    key="cooperative",
    slug="demo",
    name="Spółdzielnia Mieszkaniowa „Słoneczna”",
    kind="cooperative",
    city="Świerczów Górny",
    postcode="99-901",
    streets=(
        "Słoneczna",
        "Gwiaździsta",
        "Tęczowa",
        "Księżycowa",
        "Źródlana",
        "Jutrzenki",
        "Łąkowa",
        "Pogodna",
    ),
    building_sizes=(30, 75),
    storeys=(5, 5, 5, 11),
    components=(*COMPONENTS_OF_ESTATE, LIFT, ENTRYPHONE, METERS, ANTENNA, SOCIAL),
    accounts={"rent": "rent", "repairs": "rent", "heat": "heat", "cold": "water", "hot": "water"},
    due_day=15,
    titles=(
        ("spółdzielcze własnościowe prawo do lokalu", 52),
        ("odrębna własność lokalu", 40),
        ("spółdzielcze lokatorskie prawo do lokalu", 8),
    ),
    member_percent=60,
    estates=("Osiedle Południe", "Osiedle Zachód", "Osiedle Śródmieście"),
)
SMALL = Profile(
    key="small-cooperative",
    slug="demo2",
    accent="#7a3e1d",
    name="Spółdzielnia Mieszkaniowa „Zacisze”",
    kind="cooperative",
    city="Żabieniec Mały",
    postcode="99-917",
    streets=("Zacisze", "Kościuszki", "Mickiewicza", "Krótka"),
    building_sizes=(18, 40),
    storeys=(3, 4, 5),
    components=(*COMPONENTS_OF_ESTATE, CELLAR, METERS, LAND),
    accounts={"rent": "rent", "repairs": "repairs", "heat": "rent", "cold": "water", "hot": "water"},
    due_day=10,
    titles=(("odrębna własność lokalu", 64), ("spółdzielcze własnościowe prawo do lokalu", 36)),
    member_percent=72,
)
AGENCY = Profile(
    key="agency",
    slug="demo3",
    accent="#2f4f8a",
    name="Zarządzanie Nieruchomościami „Pod Dębami” sp. z o.o.",
    kind="agency",
    city="Wiązowna Śląska",
    postcode="99-932",
    streets=(
        "Dębowa",
        "Jaśminowa",
        "3 Maja",
        "Piłsudskiego",
        "Żwirki i Wigury",
        "Młyńska",
        "Rynek",
        "Świętego Ducha",
    ),
    building_sizes=(8, 48),
    storeys=(2, 3, 4, 6),
    components=(BOARD, REPAIRS, COLD, WASTE, CELLAR, LIFT, ENTRYPHONE),
    accounts={"rent": "rent", "repairs": "repairs", "cold": "water"},
    due_day=10,
    titles=(("odrębna własność lokalu", 100),),
    shares=True,
)
TBS = Profile(
    key="tbs",
    slug="demo4",
    accent="#6b2f6e",
    name="Towarzystwo Budownictwa Społecznego „Nasz Próg” sp. z o.o.",
    kind="cooperative",
    city="Łęgowo Nadrzeczne",
    postcode="99-945",
    streets=("Wspólna", "Chłodna", "Bzów", "Żurawia"),
    building_sizes=(24, 60),
    storeys=(4, 4, 5),
    components=(RENT, LOAN, HEATING, COLD, HOT_WATER, WARMING, HOT_FIXED, WASTE, METERS, ENTRYPHONE),
    accounts={"rent": "rent", "heat": "heat", "cold": "water", "hot": "water"},
    due_day=10,
    titles=(("najem – umowa partycypacji", 70), ("najem", 30)),
    role="tenant",
)
PROFILES: tuple[Profile, ...] = (SLONECZNA, SMALL, AGENCY, TBS)


def profile_for(ordinal: int) -> Profile:
    """The kind of the n-th demo manager (1, 2, …); the list starts again after its end."""
    return PROFILES[(ordinal - 1) % len(PROFILES)]


def name_for(ordinal: int) -> str:
    """The name of the n-th demo manager; from the second round on with its number."""
    name = profile_for(ordinal).name
    return name if ordinal <= len(PROFILES) else f"{name} ({ordinal})"


def slug_for(ordinal: int) -> str:
    """`demo`, `demo2`, `demo3`, … for 1, 2, 3, …."""
    return "demo" if ordinal == 1 else f"demo{ordinal}"
