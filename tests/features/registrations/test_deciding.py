"""The office: the queue, the comparison with the books, and each way an application can end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import ask_reset, create_account, send_reset
from app.accounts.queries.reach import units_of
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.estate.models import Occupancy
from app.registrations import commands, queries
from app.registrations.commands import Grant, Paper
from app.registrations.rules import Wish
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.registrations.conftest import ANNA, CLERK, at, letters, opened_ways, rows, sent_in
from tests.pages import inspect

IN_B2 = replace(CLERK, buildings=frozenset({"B2"}), can=rights(Role.CLERK, limited=True))
RESETS = text("SELECT count(*) FROM account_tokens WHERE purpose = 'reset' AND used_at IS NULL")
ACCOUNTS = text("SELECT login, email, phone, person_code, role, status FROM accounts WHERE role = 'resident'")


def accounts() -> list[Any]:
    return list(db.session.execute(ACCOUNTS))


def approved(public_id: str, version: int = 1, actor: Actor = CLERK, **grant: Any) -> Any:
    made = commands.approve(actor, public_id, version, Grant(**{"person_code": "O1", "way": "link"} | grant))
    work.commit()
    return made


def match_of(wish: Wish, actor: Actor = CLERK) -> queries.Match:
    return queries.match(
        actor, first_name=wish.first_name, last_name=wish.last_name, unit=wish.unit, email=wish.email, phone=wish.phone
    )


@pytest.mark.parametrize(
    "unit",
    ["ul. Gwiaździsta 14 m. 1", "Gwiaździsta 14/1", "GWIAZDZISTA 14 lok. 1, Głogów", "L001", "kod lokalu: l001"],
)
def test_a_unit_is_found_by_address_and_by_code(inside: Tenant, unit: str) -> None:
    found = match_of(replace(ANNA, unit=unit))
    assert [one.code for one in found.units] == ["L001"]
    assert found.best is not None and found.best.code == "O1"


@pytest.mark.parametrize(
    "unit", ["Gwiaździsta 14/11", "Gwiaździsta 1/1", "Kwiatowa 5", "'; DROP TABLE units --1", "%_1"]
)
def test_another_unit_is_not_taken_for_it(inside: Tenant, unit: str) -> None:
    assert match_of(replace(ANNA, unit=unit)).units == ()


def test_candidates_come_with_what_speaks_for_them(inside: Tenant) -> None:
    found = match_of(replace(ANNA, first_name="anna", last_name="ZOLC", email="o1@poczta.example"))
    first, second = found.people[:2]
    assert (first.code, first.same_name, first.same_unit, first.same_email) == ("O1", True, True, True)
    assert (second.code, second.same_name, second.same_unit) == ("O2", False, True)
    assert match_of(Wish("Nikt", "Taki", "owner", "Nigdzie 1", None, None)).people == ()


def test_the_queue_shows_the_age_and_flags_what_waits_for_more_than_a_day(inside: Tenant) -> None:
    sent_in()
    sent_in(replace(ANNA, unit="Gwiaździsta 14/2"), "form-2")
    old = {"moment": now() - timedelta(hours=25)}
    db.session.execute(text("UPDATE registrations SET created_at = :moment WHERE form_key = 'form-1'"), old)
    first, second = queries.queue(CLERK, decided=False, number=1).rows
    assert (first.late, second.late) == (True, False)
    assert first.age > timedelta(hours=24) > second.age
    assert (queries.waiting(CLERK), queries.late(CLERK)) == (2, 1)


def test_a_question_stops_the_clock_and_an_answer_starts_it_again(inside: Tenant) -> None:
    public_id, token = sent_in()
    db.session.execute(text("UPDATE registrations SET created_at = created_at - interval '2 days'"))
    commands.ask(CLERK, public_id, 1, "Która klatka?")
    assert (queries.waiting(CLERK), queries.late(CLERK)) == (0, 0)
    commands.answer(token, "Klatka B.\nDrugie piętro.")
    assert (queries.waiting(CLERK), queries.late(CLERK)) == (1, 1)
    notes = queries.application(CLERK, public_id).notes
    assert [(note.side, note.body) for note in notes] == [
        ("office", "Która klatka?"), ("applicant", "Klatka B.\nDrugie piętro."),
    ]  # fmt: skip
    (letter,) = letters("registration_question")
    assert letter.context["question"] == "Która klatka?" and token in letter.context["status_url"]
    with pytest.raises(Conflict):
        commands.answer(token, "Jeszcze coś")


def test_approval_makes_the_account_with_person_units_contact_and_acknowledged_texts(inside: Tenant) -> None:
    public_id, _token = sent_in()
    account, issued = approved(public_id, units=("L001", "L002"))
    assert (account.login, account.email, account.phone, account.person_code) == (
        "O1", "anna@poczta.example", "+48601234567", "O1",
    )  # fmt: skip
    assert issued.way == "link"
    (row,) = rows()
    assert (row.state, row.decided_by, row.account_id, row.handed) == ("approved", "klerk", account.id, "link")
    own = text("SELECT count(*) FROM account_units WHERE account_id = :id")
    assert db.session.execute(own, {"id": account.id}).scalar_one() == 0, "whoever is in the books follows the books"
    taken = text("SELECT kind, version, address FROM text_acceptances WHERE account_id = :id ORDER BY kind")
    assert list(db.session.execute(taken, {"id": account.id})) == [
        ("privacy", 0, "192.0.2.7"), ("terms", 0, "192.0.2.7"),
    ]  # fmt: skip


def test_no_letter_holds_both_secrets_and_the_identifier_goes_out_once(inside: Tenant) -> None:
    public_id, _token = sent_in()
    approved(public_id, way="two_channels")
    sent = list(db.session.execute(text("SELECT letter, channel, address, secret FROM outbox_items ORDER BY id")))
    mails = [row.letter for row in sent if row.channel == "email" and row.address == "anna@poczta.example"]
    assert mails == ["registration_received", "identifier"]
    assert [(row.letter, row.address) for row in sent if row.channel == "sms"] == [("start_password", "+48601234567")]
    assert not [row for row in sent if row.letter == "identifier" and row.secret]


@pytest.mark.parametrize("way", ["link", "letter"])
def test_the_second_letter_carries_the_identifier_and_no_password(inside: Tenant, way: str) -> None:
    public_id, _token = sent_in()
    approved(public_id, way=way)
    (letter,) = letters("registration_approved")
    assert letter.context["login"] == "O1" and letter.context["way"] == way
    assert not {"password", "link", "code"} & set(letter.context)


def test_part_of_the_units_is_what_the_account_opens(inside: Tenant) -> None:
    public_id, _token = sent_in()
    account, _issued = approved(public_id, units=("L001",))
    chosen = text("SELECT unit_code, follows_books FROM account_units WHERE account_id = :id")
    assert list(db.session.execute(chosen, {"id": account.id})) == [("L001", True)]


def test_somebody_who_is_not_in_the_books_gets_the_units_and_a_free_number(inside: Tenant) -> None:
    public_id, _token = sent_in(replace(ANNA, first_name="Nowy", last_name="Nabywca"))
    account, _issued = approved(public_id, person_code=None, units=("L003",))
    assert account.person_code is None and account.login.startswith("K") and account.login[1:].isdigit()


def test_the_login_is_the_next_free_one_when_the_code_is_taken(inside: Tenant) -> None:
    create_account(system("tests"), "O1", person_code="O1")
    work.commit()
    public_id, _token = sent_in()
    assert approved(public_id)[0].login == "O1-2"


def test_an_account_that_is_there_can_be_linked(inside: Tenant) -> None:
    made = create_account(system("tests"), "zolc", email="stary@poczta.example", person_code="O1", password=PASSWORD)
    work.commit()
    public_id, _token = sent_in()
    account, _issued = approved(public_id, account=made.account.public_id, units=("L003",))
    assert account.id == made.account.id and account.email == "stary@poczta.example"
    given = text("SELECT unit_code, follows_books FROM account_units WHERE account_id = :id ORDER BY unit_code")
    assert list(db.session.execute(given, {"id": account.id})) == [("L001", True), ("L002", True), ("L003", False)]
    (letter,) = letters("registration_approved")
    assert letter.address == "anna@poczta.example", "who applied is answered"
    assert [row.address for row in letters("activation") if row.address.endswith("poczta.example")] == [
        "stary@poczta.example"
    ], "what opens the account goes where the account's owner gets mail"


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        ({"units": ("NIE-MA",)}, "units"),
        ({"person_code": "NIE-MA"}, "person_code"),
        ({"person_code": "O1' OR 1=1"}, "person_code"),
        ({"person_code": None}, "units"),
        ({"login": "x"}, "login"),
        ({"login": "O2", "person_code": None, "units": ("L001",)}, "login"),
        ({"way": "pigeon"}, "way"),
    ],
)
def test_a_wrong_decision_is_refused_at_its_field_and_leaves_the_application(
    inside: Tenant, grant: dict[str, Any], field: str
) -> None:
    public_id, _token = sent_in()
    with pytest.raises(Refused) as refusal:
        approved(public_id, **grant)
    assert refusal.value.field == field
    work.rollback()
    assert rows()[0].state == "new" and accounts() == []


def test_the_second_approver_reads_who_was_first(inside: Tenant) -> None:
    public_id, _token = sent_in()
    approved(public_id)
    with pytest.raises(Conflict, match=r"już zatwierdzony \(klerk"):
        approved(public_id, 2)
    assert len(accounts()) == 1


def test_who_read_an_older_version_decides_again(inside: Tenant) -> None:
    public_id, _token = sent_in()
    commands.ask(CLERK, public_id, 1, "Która klatka?")
    with pytest.raises(Conflict, match="zmienił się"):
        approved(public_id, 1)
    assert approved(public_id, 2)


def test_what_was_withdrawn_stays_withdrawn(inside: Tenant) -> None:
    public_id, token = sent_in()
    commands.withdraw(token)
    work.commit()
    for version in (1, 2):
        with pytest.raises(Conflict, match="wycofał"):
            approved(public_id, version)
    with pytest.raises(Conflict, match="wycofał"):
        commands.reject(CLERK, public_id, 2, "Nie")
    commands.withdraw(token)  # twice does no harm
    assert rows()[0].state == "withdrawn" and accounts() == []
    sent_in(key="form-2")
    assert [row.state for row in rows()] == ["withdrawn", "new"], "a new application may follow"


def test_what_was_decided_cannot_be_withdrawn(inside: Tenant) -> None:
    public_id, token = sent_in()
    commands.reject(CLERK, public_id, 1, "Brak tytułu do lokalu.")
    with pytest.raises(Conflict):
        commands.withdraw(token)
    (letter,) = letters("registration_rejected")
    assert letter.context["reason"] == "Brak tytułu do lokalu."
    assert queries.status(token).reason == "Brak tytułu do lokalu."


@pytest.mark.parametrize("rival", ["approve", "withdraw"])
def test_of_two_who_decide_at_once_one_wins(app: Any, books: Tenant, rival: str) -> None:
    with at(books):
        public_id, token = sent_in()
    gate, outcomes = Barrier(2), []

    def decide(name: str) -> None:
        with at(books):
            gate.wait()
            try:
                if name == "withdraw":
                    commands.withdraw(token)
                    work.commit()
                else:
                    approved(public_id, actor=replace(CLERK, login=name))
                outcomes.append("done")
            except Conflict as refusal:
                work.rollback()
                outcomes.append(refusal.message)

    threads = [Thread(target=decide, args=(name,)) for name in ("approve", f"{rival}" if rival != "approve" else "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True], outcomes
    with at(books):
        state = rows()[0].state
        assert len(accounts()) == (1 if state == "approved" else 0)
        assert len(letters("registration_approved")) == len(accounts())


def test_staff_of_one_building_see_and_decide_its_applications_only(inside: Tenant) -> None:
    mine, _token = sent_in(Wish("Ewa", "Kos", "owner", "Księżycowa 2/9", "ewa@poczta.example", "+48601234567"), "a")
    other, _token = sent_in(ANNA, "b")
    unknown, _token = sent_in(replace(ANNA, unit="Nigdzie 7"), "c")
    assert [row.public_id for row in queries.queue(IN_B2, decided=False, number=1).rows] == [mine]
    assert queries.waiting(IN_B2) == 1 and queries.waiting(CLERK) == 3
    for public_id in (other, unknown):
        with pytest.raises(NotThere):
            queries.application(IN_B2, public_id)
        with pytest.raises(NotThere):
            approved(public_id, actor=IN_B2)
    with pytest.raises(Refused) as refusal:
        approved(mine, actor=IN_B2, person_code=None, units=("K9", "L001"))
    assert refusal.value.field == "units"
    with pytest.raises(Refused) as refusal:
        approved(mine, actor=IN_B2, person_code="O1", units=("K9",))
    assert refusal.value.field == "person_code"
    work.rollback()
    assert approved(mine, actor=IN_B2, person_code=None, units=("K9",))
    assert match_of(ANNA, IN_B2).people == () and match_of(ANNA, IN_B2).units == ()


def titled(*units: str, person: str = "O9") -> None:
    for unit in units:
        title = {"unit_code": unit, "person_code": person, "role": "owner"}
        db.session.add(Occupancy(**title, from_on=date(2019, 1, 1), to_on=None, since_revision=1))
    work.commit()


def test_staff_of_one_building_link_no_account_that_reaches_further(inside: Tenant) -> None:
    """Whoever took over its e-mail, or was handed its password, could read the other building."""
    titled("K9", "L001")
    both = create_account(system("tests"), "O9", person_code="O9", email="ewa@poczta.example", password=PASSWORD)
    account = both.account.public_id
    mine, _token = sent_in(replace(ANNA, unit="Księżycowa 2/9", email="intruz@poczta.example"), key="a")
    with pytest.raises(Refused) as refusal:
        approved(mine, actor=IN_B2, person_code="O9", account=account, units=("K9",), take_contact=True)
    assert refusal.value.field == "account"
    work.rollback()
    assert [row.email for row in accounts()] == ["ewa@poczta.example"]
    assert approved(mine, person_code="O9", account=account, units=("K9",))


def test_staff_of_one_building_open_no_units_of_others_through_the_books(inside: Tenant) -> None:
    titled("K9", "L001")
    mine, _token = sent_in(replace(ANNA, unit="Księżycowa 2/9"), key="a")
    account, _issued = approved(mine, actor=IN_B2, person_code="O9")
    assert units_of(CLERK, account.id, "O9", today()) == ["K9"]


def test_staff_of_one_building_approve_whose_units_all_lie_there(inside: Tenant) -> None:
    titled("K9")
    mine, _token = sent_in(replace(ANNA, unit="Księżycowa 2/9"), key="a")
    account, _issued = approved(mine, actor=IN_B2, person_code="O9", units=("K9",))
    assert units_of(CLERK, account.id, "O9", today()) == ["K9"]


def test_contacts_that_an_application_changes_are_told_to_the_old_address(inside: Tenant) -> None:
    account = create_account(system("tests"), "O1", person_code="O1", email="stary@poczta.example", password=PASSWORD)
    other = create_account(system("tests"), "inna@poczta.example", password=PASSWORD)
    ask_reset("O1", "", "192.0.2.9")
    send_reset("o1", "")
    assert other and db.session.execute(RESETS).scalar() == 1
    public_id = account.account.public_id
    mine, _token = sent_in(replace(ANNA, email="inna@poczta.example"), key="a")
    with pytest.raises(Refused, match="e-mail"):
        approved(mine, account=public_id, take_contact=True)
    work.rollback()
    mine, _token = sent_in(replace(ANNA, email="nowy@poczta.example"), key="b")
    approved(mine, account=public_id, take_contact=True)
    assert [letter.address for letter in letters("email_changed")] == ["stary@poczta.example"]
    assert db.session.execute(RESETS).scalar() == 0, "a link in the old mailbox works no more"


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.ACCOUNTANT, Role.BOARD])
def test_who_may_not_manage_accounts_finds_nothing(inside: Tenant, role: Role) -> None:
    public_id, _token = sent_in()
    who = Actor(kind="account", login="x", role=role, can=rights(role))
    paper = Paper(today(), "okazano dowód", True)
    deeds: list[Callable[[], Any]] = [
        lambda: queries.queue(who, decided=False, number=1),
        lambda: queries.application(who, public_id),
        lambda: match_of(ANNA, who),
        lambda: approved(public_id, actor=who),
        lambda: commands.ask(who, public_id, 1, "?"),
        lambda: commands.reject(who, public_id, 1, "nie"),
        lambda: commands.record_paper(who, ANNA, paper, "p"),
    ]
    for deed in deeds:
        with pytest.raises(NotThere):
            deed()
    assert rows()[0].state == "new"


def test_a_paper_is_copied_with_its_date_and_identity_and_leads_to_an_account(inside: Tenant) -> None:
    wish = replace(ANNA, email=None, phone=None)
    paper = Paper(date.fromordinal(today().toordinal() - 2), "okazano dowód osobisty", True)
    public_id = commands.record_paper(CLERK, wish, paper, "p-1")
    assert commands.record_paper(CLERK, wish, paper, "p-1") == public_id, "one form, one application"
    with pytest.raises(Conflict):
        commands.record_paper(CLERK, wish, paper, "p-2")
    found = queries.application(CLERK, public_id)
    assert (found.way, found.identity_note, found.entered_by) == ("paper", "okazano dowód osobisty", "klerk")
    assert (found.signed_on, found.terms_version) == (paper.signed_on, 0)
    account, issued = approved(public_id, way="letter")
    assert account.login == "O1" and issued.paper
    assert letters("registration_approved") == [], "nobody to write to"


@pytest.mark.parametrize("days", [-1, 400])
def test_a_paper_from_the_future_or_long_ago_is_refused(inside: Tenant, days: int) -> None:
    with pytest.raises(Refused) as refusal:
        commands.record_paper(CLERK, ANNA, Paper(today() - timedelta(days=days), "okazano dowód", True), "p")
    assert refusal.value.field == "signed_on"


def test_papers_are_not_taken_when_that_way_is_closed(inside: Tenant) -> None:
    opened_ways(paper=False)
    with pytest.raises(NotThere):
        commands.record_paper(CLERK, ANNA, Paper(today(), "okazano dowód", True), "p")


def test_each_step_is_in_the_audit_log(inside: Tenant) -> None:
    public_id, token = sent_in()
    commands.ask(CLERK, public_id, 1, "Która klatka?")
    commands.answer(token, "B")
    approved(public_id, 3)
    steps = text("SELECT actor, action, detail FROM audit_entries WHERE subject = :id ORDER BY id")
    found = list(db.session.execute(steps, {"id": public_id}))
    assert [(row.actor, row.action) for row in found] == [
        ("registrations", "registration.sent"), ("klerk", "registration.asked"),
        ("registrations", "registration.answered"), ("klerk", "registration.approved"),
    ]  # fmt: skip
    assert found[-1].detail["before"] == {"state": "answered"} and found[-1].detail["after"] == {"state": "approved"}


def test_what_was_settled_long_ago_is_forgotten_and_the_rest_stays(inside: Tenant) -> None:
    public_id, _token = sent_in()
    commands.ask(CLERK, public_id, 1, "Która klatka?")
    commands.reject(CLERK, public_id, 2, "Nie")
    sent_in(key="form-2")
    db.session.execute(text("UPDATE registrations SET changed_at = changed_at - interval '400 days'"))
    assert commands.forget_old(now() - timedelta(days=365)) == 1
    assert [row.state for row in rows()] == ["new"]


def test_who_is_in_the_books_of_the_old_system_cannot_log_in_before_rights_are_granted_anew(
    books: Tenant, browser: Callable[[], Browser]
) -> None:
    for login in ("O1", "O1@poczta.example", "L001", "Anna Żółć"):
        for password in ("O1", "Zolc1960", PASSWORD, ""):
            assert browser().log_in(login, password).status_code in (422, 429)
    with at(books):
        assert accounts() == []


def test_staff_decide_on_the_pages(books: Tenant, office: Browser) -> None:
    with at(books):
        public_id, _token = sent_in()
    here = f"/admin/registrations/{public_id}"
    assert "Anna Żółć" in inspect(office.get("/admin/registrations"))
    page = inspect(office.get(here))
    assert 'value=":O1" checked' in page or 'checked value=":O1"' in page or ":O1" in page
    asked = {"version": "1", "question": ""}
    refused = office.post(f"{here}/ask", asked, form=here)
    assert refused.status_code == 422 and "question-error" in inspect(refused)
    assert office.post(f"{here}/reject", {"version": "1", "reason": " "}, form=here).status_code == 422
    inspect(office.post(f"{here}/approve", {"version": "1"}, form=here))
    grant = {"version": "1", "person": ":O1", "units": "L001", "way": "link"}
    assert office.post(f"{here}/approve", grant, form=here).status_code == 303
    again = office.post(f"{here}/approve", grant, form=here)
    assert again.status_code == 409 and "już zatwierdzony" in inspect(again)
    assert "O1" in inspect(office.get(here))
    assert "Anna Żółć" in inspect(office.get("/admin/registrations?show=decided"))


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 10_000, "2"])
def test_an_invented_version_is_a_conflict(books: Tenant, office: Browser, version: str) -> None:
    with at(books):
        public_id, _token = sent_in()
    here = f"/admin/registrations/{public_id}"
    answer = office.post(f"{here}/reject", {"version": version, "reason": "Nie"}, form=here)
    assert answer.status_code == 409


def test_staff_copy_a_paper_on_the_page(books: Tenant, office: Browser) -> None:
    here = "/admin/registrations/new"
    inspect(office.get(here))
    empty = office.post(here, {"form_key": "k"}, form=here)
    assert empty.status_code == 422 and "identity_note-error" in inspect(empty)
    values = {
        "form_key": "k", "first_name": "Anna", "last_name": "Żółć", "role": "owner", "unit": "L001",
        "signed_on": today().isoformat(), "identity_note": "okazano dowód", "acknowledged": "y",
    }  # fmt: skip
    answer = office.post(here, values, form=here)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/admin/registrations/")
    inspect(office.get(answer.headers["Location"]))


def test_the_manager_chooses_the_ways(books: Tenant, office: Browser) -> None:
    here = "/admin/configuration/registration"
    page = inspect(office.get(here))
    assert page.count("checked") == 2
    assert office.post(here, {"facts": "y"}, form=here).status_code == 303
    assert office.get("/register/form.pdf").status_code == 404
    assert office.get("/register/self").status_code == 200
    with at(books):
        detail = db.session.execute(text("SELECT detail FROM audit_entries ORDER BY id DESC LIMIT 1")).scalar_one()
        assert detail["after"] == {"paper": False, "form": False, "facts": True}


def test_the_start_page_counts_what_waits(books: Tenant, office: Browser) -> None:
    assert "/admin/registrations" in office.get("/admin/").text
    with at(books):
        sent_in()
    assert office.get("/admin/").text.count('href="/admin/registrations"') > 1
