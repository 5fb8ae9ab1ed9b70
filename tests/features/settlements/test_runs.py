"""Runs of settlements: from the books and the meters to what a resident can count again."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

from app.core import work
from app.settlements.notices import tell_run
from tenants.context import bind
from tests.features.settlements.conftest import Estate, Office
from tests.pages import inspect
from tests.paper import page_words

PAGE = "/media/settlements"


def grosze(typed: str) -> int:
    return int(Decimal(typed.replace(" ", "").replace("−", "-").replace(",", ".")) * 100)


def count_again(page: str) -> tuple[int, int]:
    """The cost of the unit as its own multiplications say, and as the page says."""
    part = page.split('class="worked-parts"', 1)[1].split("</section>", 1)[0]
    made = 0
    for quantity, price, product in re.findall(r"([\d ,]+) \S+ × ([\d ,]+) zł/\S+ = (−?[\d ,]+) zł", part):
        exact = Decimal(quantity.replace(" ", "").replace(",", ".")) * Decimal(price.replace(" ", "").replace(",", "."))
        assert abs(exact * 100 - grosze(product)) <= Decimal("0.5"), (quantity, price, product)
        made += grosze(product)
    for remainder in re.findall(r"Wyrównanie do grosza: (−?[\d,]+) zł", part):
        made += grosze(remainder)
    said = re.search(r"Koszt lokalu razem</dt><dd>([\d ,]+) zł", part)
    assert said and made
    return made, grosze(said[1])


def words(pdf: bytes) -> str:
    return "".join(page_words(pdf))


def settlement_of(page: str) -> str:
    found = re.search(
        rf'href="({PAGE}/[^"?]+)\?unit=', page.replace(f"{PAGE}/books", "").replace(f"{PAGE}/monthly", "")
    )
    assert found, page
    return found[1]


def test_a_run_goes_from_the_books_to_a_resident_who_counts_it_again(estate: Estate, office: Office) -> None:
    run = office.water()
    page = office.get(run)
    assert "Suma lokali zgadza się z kosztem co do grosza" in page and "10 000,01 zł" in page
    assert "zużycie ponad 3 razy większe" in page and "brak odczytu" in page, "outliers are named before publishing"
    assert "L5" in office.get(f"{run}?flag=high") and "L1" not in office.get(f"{run}?flag=high").split('id="units"')[1]
    office.post(f"{run}/publish", run)

    anna = estate.enter("P1")
    listed = inspect(anna.get(f"{PAGE}?unit=L1")).replace("\u00a0", " ")
    assert listed.count("Zimna woda") == 2, "the run and the books' settlement of the same year are one"
    where = settlement_of(listed)
    shown = inspect(anna.get(f"{where}?unit=L1")).replace("\u00a0", " ")
    made, said = count_again(shown)
    assert made == said
    assert "numer R2" in shown and "FV 1/2025" in shown and "526,32 zł" in shown, "twelve advances of 43,86"
    assert "Odczyty z 31.12.2024 i 30.12.2025" in shown and "140 − 100 = 40 m³" in shown
    assert "Rok temu i teraz" in shown and "555,56 zł" in shown
    assert (
        "Twoje miejsce w budynku" in shown
        and "300 m" not in shown.split("Twoje miejsce w budynku")[1].split("</section>")[0]
    )
    paper = words(anna.get(f"{where}.pdf?unit=L1").get_data())
    assert "FV1/2025" in paper and "Zaliczkirazem" in paper


def test_all_flats_together_are_the_invoice_to_the_grosz(estate: Estate, office: Office) -> None:
    run = office.water()
    rows = office.browser.get(f"{run}.csv").get_data().decode("utf-8-sig").splitlines()
    costs = [row.split(";")[10] for row in rows[1:]]
    assert len(costs) == 8 and sum(map(grosze, costs)) == 1_000_001
    assert office.browser.get(f"{run}.xlsx").get_data()[:2] == b"PK"
    assert "Woda2025" in words(office.browser.get(f"{run}.pdf").get_data())


def test_nobody_sees_a_draft_and_predecessors_periods_are_not_listed(estate: Estate, office: Office) -> None:
    run = office.water()
    anna = estate.enter("P1")
    assert "Woda 2025" not in anna.get(f"{PAGE}?unit=L1").get_data(as_text=True)
    office.post(f"{run}/publish", run)
    where = settlement_of(anna.get(f"{PAGE}?unit=L1").get_data(as_text=True))
    newcomer = estate.enter("P8", ("L8",))
    page = newcomer.get(f"{PAGE}?unit=L8").get_data(as_text=True)
    assert "Nie ma tu jeszcze żadnego rozliczenia" in page
    assert newcomer.get(f"{where}?unit=L8").status_code == 404
    assert newcomer.get(f"{PAGE}/books?unit=L8&number=R8").status_code == 404
    assert newcomer.get(f"{where}?unit=L1").status_code == 404


def test_publishing_twice_is_once_and_residents_are_told_once(estate: Estate, office: Office) -> None:
    run = office.water()
    estate.enter("P1")
    before = office.get(run)
    data = {"version": before.split('name="version" value="', 1)[1].split('"', 1)[0]}
    office.post(f"{run}/publish", run, **data)
    assert "było już opublikowane" in office.get(office.post(f"{run}/publish", run, **data))
    with estate.app.app_context(), bind(estate.tenant):
        first, second = tell_run(run.rsplit("/", 1)[1]), tell_run(run.rsplit("/", 1)[1])
        work.commit()
    assert (first, second) == (1, 0)


def test_two_people_at_one_draft_do_not_overwrite_each_other(estate: Estate, office: Office) -> None:
    run = office.water()
    old = office.get(f"{run}/costs").split('name="version" value="', 1)[1].split('"', 1)[0]
    office.post(f"{run}/gather", run)
    answer = office.post(
        f"{run}/costs", f"{run}/costs", status=409, version=old, name="Późna faktura", kind="variable", amount="1"
    )
    assert "Ktoś zmienił to rozliczenie" in answer and "Późna faktura" not in office.get(run)
    assert "Ktoś zmienił" in office.post(f"{run}/publish", run, status=409, version=old)


def test_a_withdrawn_run_is_no_hole(estate: Estate, office: Office) -> None:
    run = office.water()
    office.post(f"{run}/publish", run)
    anna = estate.enter("P1")
    where = settlement_of(anna.get(f"{PAGE}?unit=L1").get_data(as_text=True))
    assert "wymagane" in office.post(f"{run}/withdraw", run, status=422, reason=" ")
    office.post(f"{run}/withdraw", run, reason="Pomyłka w fakturze za maj.")
    page = anna.get(f"{where}?unit=L1").get_data(as_text=True)
    assert "Pomyłka w fakturze za maj." in page and "Nie płać na jego podstawie" in page
    listed = anna.get(f"{PAGE}?unit=L1").get_data(as_text=True)
    assert "wycofane" in listed and "number=R2" in listed, "what the books say counts again"


def test_a_corrected_version_replaces_the_old_and_both_are_seen(estate: Estate, office: Office) -> None:
    run = office.water()
    office.post(f"{run}/publish", run)
    anna = estate.enter("P1")
    old = settlement_of(anna.get(f"{PAGE}?unit=L1").get_data(as_text=True))
    assert "nie można zmieniać" in office.post(f"{run}/gather", f"{run}/costs", status=422)
    draft = office.post(f"{run}/correct", run)
    assert office.post(f"{run}/correct", run) == draft, "one draft of a correction"
    office.post(f"{draft}/costs", f"{draft}/costs", name="Korekta", kind="variable", amount="-500,00")
    office.post(f"{draft}/publish", draft)
    page = anna.get(f"{old}?unit=L1").get_data(as_text=True)
    assert "zostało poprawione" in page
    newer = re.search(rf'href="({PAGE}/[^"]+)">Zobacz nową wersję', page)
    assert newer and "Zobacz poprzednią" in anna.get(newer[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "9 500,01 zł" in office.get(draft) and "zastąpione" in office.get(run)


def test_the_same_flats_are_not_settled_twice_for_a_period(estate: Estate, office: Office) -> None:
    run = office.water()
    office.post(f"{run}/publish", run)
    again = office.begin(form_key="k2", from_on="2025-06-01", to_on="2026-05-31")
    assert again != run and office.begin(form_key="k2") == again, "the same form is one run"
    office.post(f"{again}/costs", f"{again}/costs", name="x", kind="tariff", amount="14,62")
    assert "jest już rozliczony" in office.post(f"{again}/publish", again, status=422)


def test_figures_from_a_file_take_the_place_of_what_was_found(estate: Estate, office: Office) -> None:
    run = office.water()

    def send(content: bytes, status: int) -> str:
        return office.post(f"{run}/file", f"{run}/file", status=status, file=(BytesIO(content), "dane.csv"))

    bad = {
        "dwa razy": "lokal;zużycie\nL1;5\nL1;6\n", "nie ma lokalu X9": "lokal;zużycie\nX9;5\n",
        "Pierwszy wiersz": "flat;use\nL1;5\n", "ujemne": "lokal;zużycie\nL1;-5\n",
        "Podaj liczbę": "lokal;zaliczki\nL1;abc\n",
        "nie ma żadnego": "lokal;zużycie\n",
    }  # fmt: skip
    for sentence, content in bad.items():
        assert sentence in send(content.encode(), 422), sentence
    assert send(b"\0" * 10, 422) and send(b"", 422)
    send("lokal;zużycie;zaliczki\nL8;12,5;100,00\nL5;50;\n".encode("cp1250"), 303)
    page = office.get(run)
    assert "brak odczytu" not in page and "ponad 3 razy" not in page
    office.post(f"{run}/unit?unit=L2", f"{run}/unit?unit=L2", lump="y", reason="brak dostępu do licznika")
    assert "brak dostępu do licznika" in office.get(run)
    assert "wymagane" in office.post(f"{run}/unit?unit=L2", f"{run}/unit?unit=L2", status=422, lump="y", reason="")


def test_a_doubt_carries_its_line_into_the_conversation(estate: Estate, office: Office) -> None:
    run = office.water()
    office.post(f"{run}/publish", run)
    anna = estate.enter("P1")
    where = settlement_of(anna.get(f"{PAGE}?unit=L1").get_data(as_text=True))
    page = anna.get(f"{where}?unit=L1").get_data(as_text=True)
    link = re.search(r'href="(/messages\?[^"]*part-variable)"', page)
    assert link, "every line has its own"
    form = inspect(anna.get(link[1].replace("&amp;", "&")))
    assert "Część zmienna" in form and f"settlement/{where.rsplit('/', 1)[1]}/part-variable" in form
    values = dict(re.findall(r'<input[^>]*name="(form_key|csrf_token|about)"[^>]*value="([^"]*)"', form))
    values |= {"category": "charges", "unit": "L1", "subject": "Woda", "body": "To chyba za dużo."}
    assert anna.post("/messages", data=values).status_code == 303
    thread = re.search(
        r'href="(/messages/[^"/]+)"',
        anna.get("/messages/history").get_data(as_text=True).split("<main", 1)[1].replace("/messages/history", ""),
    )
    assert thread and "Część zmienna" in anna.get(thread[1]).get_data(as_text=True)
    shown = office.get(f"/admin{thread[1]}")
    assert "Część zmienna" in shown and run in shown, "staff see the line and the way to the run"
    # a neighbour's line cannot be attached
    celina = estate.enter("P3", ("L3",))
    other = celina.get(f"/messages?about=settlement/{where.rsplit('/', 1)[1]}/part-variable").get_data(as_text=True)
    assert "Część zmienna" not in other


def test_who_may_do_what(estate: Estate, office: Office) -> None:
    run = office.water()
    board = estate.enter("rada", (), "board")
    assert board.get(run).status_code == 200 and "Opublikuj" not in board.get(run).get_data(as_text=True)
    assert board.get(f"{run}/costs").status_code in (403, 404) and board.get(f"{run}.csv").status_code == 200
    resident = estate.enter("P1")
    assert resident.get(run).status_code == 404


def test_odd_input_is_refused_kindly(estate: Estate, office: Office) -> None:
    for values, sentence in (
        ({"title": " "}, "wymagane"), ({"to_on": "2024-01-01"}, "Okres musi"), ({"buildings": "B9"}, "budynek"),
        ({"medium": "beer"}, "Wybierz"), ({"title": "x" * 10_000}, "za długi"), ({"from_on": ""}, "pierwszy dzień"),
        ({"to_on": "2029-01-01"}, "trzy lata"),
    ):  # fmt: skip
        data = {
            "title": "Woda", "medium": "cold_water", "from_on": "2025-01-01", "to_on": "2025-12-31", "buildings": "B1",
            "form_key": "z", **values,
        }  # fmt: skip
        path = "/admin/media/settlements/new"
        assert sentence in office.post(path, path, status=422, **data), values
    run = office.begin()
    for amount in ("", "abc", "0", "1e9", "9" * 10_000, "1,234"):
        office.post(f"{run}/costs", f"{run}/costs", status=422, name="x", kind="variable", amount=amount)
    assert "Dodaj koszty" in office.post(f"{run}/publish", run, status=422)
    for path in (f"{run}?unit=x&flag=x", f"{run}?page=99999999", "/admin/media/settlements?state=x&page=x"):
        assert office.browser.get(path).status_code == 200
    anna = estate.enter("P1")
    for path in (f"{PAGE}/x", f"{PAGE}/books?number=x", f"{PAGE}/heat?year=abcd", f"{PAGE}/heat.pdf"):
        assert anna.get(path).status_code == 404, path
    assert anna.get(f"{PAGE}?year=99999").status_code == 200


def test_a_settlement_of_the_books_says_that_only_the_result_is_known(estate: Estate) -> None:
    anna = estate.enter("P1")
    page = inspect(anna.get(f"{PAGE}/books?unit=L1&number=R2")).replace("\u00a0", " ")
    assert "tylko wynik" in page and "14,62 zł/m³" in page and "58,48 zł" in page
    assert "Rok temu i teraz" in page, "R1 is the year before"


def test_a_mailout_brings_the_settlement_along_as_a_paper_of_ones_own(estate: Estate, office: Office) -> None:
    from app.audience.rules import audience
    from app.core.actor import system
    from app.mailouts import personal
    from app.mailouts.commands import write as write_mailout
    from app.mailouts.models import Mailout
    from app.mailouts.rules import Order
    from app.outbox.attaching import paper
    from tenants.db import db

    run = office.water()
    office.post(f"{run}/publish", run)
    estate.enter("P1")
    estate.enter("P8", ("L8",))
    with estate.app.app_context(), bind(estate.tenant):
        order = Order(
            "Rozliczenie wody", "W załączniku.", {"all": True}, papers=("settlement_water",), skip_missing=True
        )
        public_id = write_mailout(system("tests"), order)
        row = db.session.query(Mailout).filter_by(public_id=public_id).one()
        first = personal.sample(row, audience(row.audience), 1)
        lacking, _who = personal.lacking(row, audience(row.audience))
        assert first is not None
        made = [paper(one) for one in first.attachments]
        work.rollback()
    assert made and made[0] and "FV1/2025" in words(made[0])
    assert lacking >= 1, "who came after the period gets nobody else's settlement"


def test_the_annual_information_of_heat_says_what_the_law_asks_for(estate: Estate, office: Office) -> None:
    run = office.begin(medium="heat", title="Ogrzewanie 2025", form_key="h1", due_on="")
    office.post(
        f"{run}/costs", f"{run}/costs", name="Ciepło", document="FV C/1", kind="split", amount="20 000,00"
    )  # fmt: skip
    office.post(
        f"{run}/rules", f"{run}/rules", fixed_percent="40", fixed_basis="m2", use_in="divider", lump_norm="5",
        difference="use", source="file",
    )  # fmt: skip
    rows = "lokal;zużycie;współczynnik;zaliczki\n" + "".join(f"L{n};{100 * n};0,9;2000,00\n" for n in range(1, 9))
    office.post(f"{run}/file", f"{run}/file", file=(BytesIO(rows.encode()), "x.csv"))
    anna = estate.enter("P1")
    assert anna.get(f"{PAGE}/heat?unit=L1").status_code == 404, "nothing before it is published"
    office.post(f"{run}/publish", run)
    page = inspect(anna.get(f"{PAGE}/heat?unit=L1")).replace("\u00a0", " ")
    for words_ in (
        "Informacja o cieple za 2025", "20 000,00 zł", "8 000,00 zł", "12 000,00 zł", "Współczynnik wyrównawczy", "0,9",
        "Średnio w budynku na m²", "356,00 m²", "art. 45c", "rzecznika konsumentów",
    ):  # fmt: skip
        assert words_ in page, words_
    paper = words(anna.get(f"{PAGE}/heat.pdf?unit=L1&year=2025").get_data())
    assert "Informacjaocieple" in paper and "20000,00" in paper
    whole = inspect(anna.get(f"{settlement_of(anna.get(PAGE).get_data(as_text=True))}?unit=L1")).replace("\u00a0", " ")
    assert "20 000,00 zł × 40% = 8 000,00 zł" in whole and "100 × 0,9 = 90 jedn." in whole
    made, said = count_again(whole)
    assert made == said
    month = inspect(anna.get(f"{PAGE}/monthly?unit=L1")).replace("\u00a0", " ")
    assert "listopad 2025" in month and "rozkładamy równo" in month, "the newest month that readings cover whole"


def test_staff_of_other_buildings_see_nothing_of_a_run(estate: Estate, office: Office) -> None:
    from dataclasses import replace as changed

    import pytest

    from app.core.actor import system
    from app.core.errors import NotThere
    from app.settlements import commands, queries

    run = office.water().rsplit("/", 1)[1]
    with estate.app.app_context(), bind(estate.tenant):
        elsewhere = changed(system("tests"), buildings=frozenset({"B2"}))
        assert queries.runs(elsewhere, 1).total == 0 and queries.runs(system("tests"), 1).total == 1
        for act in (lambda: queries.run(elsewhere, run), lambda: commands.publish(elsewhere, run, None)):
            with pytest.raises(NotThere):
                act()
        assert queries.runs(changed(elsewhere, buildings=frozenset({"B1", "B2"})), 1).total == 1
