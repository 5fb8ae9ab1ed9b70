"""The standing cast: two managers with the same codes and ids, different words, and everybody who comes.

| who | is |
|---|---|
| anna | owner of L1 and L2 at alfa |
| bogdan | co-owner of L1 at alfa |
| celina | owner of L3 at alfa: a neighbour |
| darek | resident of beta, with the same unit codes and account ids as anna |
| ewa, filip | administrators of alfa and beta |
| gustaw, hanna, irena | accountant, clerk and board member of alfa |
| jan | owner of the building site at alfa |
| olga | operator of the platform |

Every text column of each manager's data carries that manager's canary word, which must never be seen at the
other's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select, text

from app.accounts.commands import create_account
from app.accounts.holdings import holdings
from app.accounts.models import Account
from app.announcements import commands as announcements
from app.announcements.rules import Draft
from app.api import commands as tokens
from app.attachments.checking import checked
from app.attachments.rules import Checked
from app.contact import commands as contact
from app.core import work
from app.core.actor import Actor, Role, system
from app.core.clock import now, today
from app.core.public_ids import new_public_id
from app.credentials import commands as credentials
from app.credentials.commands import batching
from app.credentials.places import Place
from app.documents import jobs as reading
from app.documents.commands import batches, folders, publishing, saving
from app.documents.rules import About
from app.finances.commands.confirming import confirm
from app.finances.interest import holding
from app.guard.commands import Consent
from app.hooks import commands as hooks
from app.imports import commands as imports
from app.imports.profiles import commands as profiles
from app.mailouts.commands import send
from app.messages.commands import save_template, write
from app.office import texts
from app.office.logo import set_logo
from app.onboarding.commands import open_manager
from app.operators.commands import create_operator
from app.paying import rules
from app.paying.models import OnlinePayment, OnlineRefund
from app.registrations import commands as registrations
from app.registrations.commands import Sent
from app.registrations.rules import Wish
from app.settlements import commands as settlements
from app.statements.commands import deciding
from app.statements.commands import taking as statements
from tenants.context import Mode, bind
from tenants.db import db
from tenants.registry import Tenant
from tests.factories import packages
from tests.features.statements import banks
from tests.metering import READING_IDS, read_meters
from tests.town_works import IDS as WORKS_IDS
from tests.town_works import build as build_works

PASSWORD = "Zielony-Kasztan-77"
CANARIES = {"alfa": "KANARALFA", "beta": "KANARBETA"}


def books(slug: str) -> dict[str, list[list[Any]]]:
    """Three units, four people and a few entries; the same codes at both managers, the canary in every text."""
    word = CANARIES[slug]
    cents = Decimal("0.01") if slug == "alfa" else Decimal("0.02")

    def entry(number: int, unit: str, kind: str, account: str, day: date, debit: Any, credit: Any) -> list[Any]:
        return [
            str(number), unit, kind, account, day, day if debit else None, f"{day:%Y-%m}",
            debit, credit, f"DOK {word} {number}", f"Tytuł {word} {number}",
        ]  # fmt: skip

    return {
        "buildings": [["B1", f"Dom {word}", f"Ulica {word}", "5", "67-200", f"Miasto {word}"]],
        "units": [
            [f"L{n}", "B1", "A", str(n), "1", Decimal("48.50"), None, 2, f"własność {word}", None, None]
            for n in (1, 2, 3)
        ],
        "people": [
            ["P1", f"Anna {word}", f"Żółć {word}", None, f"anna@{slug}.example", None, None, None, None, None, "tak"],
            [
                "P2",
                f"Bogdan {word}",
                f"Żółć {word}",
                None,
                f"bogdan@{slug}.example",
                None,
                None,
                None,
                None,
                None,
                None,
            ],
            ["P3", f"Celina {word}", f"Wąs {word}", None, f"celina@{slug}.example", None, None, None, None, None, None],
            ["P4", None, None, f"Firma {word}", None, None, None, None, None, None, None],
        ],
        "occupancies": [
            ["L1", "P1", "owner", date(2019, 4, 1), None],
            ["L2", "P1", "owner", date(2019, 4, 1), None],
            ["L1", "P2", "co-owner", date(2019, 4, 1), None],
            ["L3", "P3", "owner", date(2020, 1, 1), None],
            ["L3", "P4", "proxy", date(2020, 1, 1), None],
        ],
        "ledger": [
            entry(1, "L1", "opening", "rent", date(2026, 1, 1), Decimal("100.00") + cents, None),
            entry(2, "L1", "charge", "water", date(2026, 10, 1), Decimal("84.20"), None),
            entry(3, "L1", "payment", "rent", date(2026, 10, 9), None, Decimal("1100.00")),
            entry(4, "L1", "charge", "rent", date(2026, 11, 1), Decimal("1234.56"), None),
            entry(5, "L2", "charge", "rent", date(2026, 11, 1), Decimal("12.00"), None),
            entry(6, "L2", "payment", "rent", date(2026, 11, 5), None, Decimal("50.00")),
            entry(7, "L3", "charge", "rent", date(2026, 11, 1), Decimal("777.77"), None),
        ],
        "components": [["EKS", f"Eksploatacja {word}", "m2", "zależna"]],
        "charges": [
            [f"L{n}", "EKS", date(2024, 1, 1), None, Decimal("48.50"), Decimal("3.45"), Decimal("167.33"), word]
            for n in (1, 2, 3)
        ],
        "meters": [
            [f"W{n} {word}", f"L{n}", "zw", f"Łazienka {word}", None, date(2026, 11, 30), None] for n in (1, 2, 3)
        ],
        "settlements": [
            [f"R{n} {word}", f"L{n}", "zw", date(2026, 1, 1), date(2026, 11, 15), None, Decimal("90.00"),
             Decimal("80.00"), Decimal("10.00")]
            for n in (1, 2, 3)
        ],
        "allowances": [
            [f"DM {word}", "L1", "P1", f"Ośrodek {word}", date(2026, 6, 1), date(2026, 11, 30), Decimal("250.00")]
        ],
    }


@dataclass(frozen=True)
class Town:
    """The two managers, the logins of the cast at each host, and ids that strangers will try."""

    alfa: Tenant
    beta: Tenant
    logins: dict[str, tuple[str, str]]
    ids: dict[str, dict[str, list[str]]]

    @classmethod
    def build(cls, app: Any, folder: Path) -> Town:
        with app.app_context():
            found = {slug: _manager(app, slug, folder) for slug in CANARIES}
            ids = {slug: _ids(tenant) for slug, tenant in found.items()}
            create_operator(system("tests"), "olga@osiedle.example", PASSWORD)
            work.commit()
        logins = {
            "anna": ("alfa", "P1"), "bogdan": ("alfa", "P2"), "celina": ("alfa", "P3"), "darek": ("beta", "P1"),
            "ewa": ("alfa", "admin"), "filip": ("beta", "admin"), "gustaw": ("alfa", "gustaw"),
            "hanna": ("alfa", "hanna"), "irena": ("alfa", "irena"), "olga": ("console", "olga@osiedle.example"),
            "jan": ("alfa", "jan"),
        }  # fmt: skip
        return cls(found["alfa"], found["beta"], logins, ids)

    def host(self, who: str) -> str:
        return self.logins[who][0]

    def log_in(self, client: Any, who: str) -> Any:
        """A browser in which `who` is logged in on the host where they belong."""
        slug, login = self.logins[who]
        browser = client(slug)
        form = browser.get("/login").get_data(as_text=True)
        field = "login" if slug != "console" else "email"
        data = {field: login, "login": login, "password": PASSWORD, "csrf_token": token(form)}
        answer = browser.post("/login", data=data)
        assert answer.status_code in (302, 303), answer.get_data(as_text=True)
        return browser


def token(page: str) -> str:
    """The CSRF token of the first form of a page."""
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def _manager(app: Any, slug: str, folder: Path) -> Tenant:
    word = CANARIES[slug]
    open_manager(system("tests"), slug, f"Spółdzielnia {word}", "cooperative", f"admin@{slug}.example", PASSWORD)
    tenant: Tenant = app.extensions["tenants"].by_slug(slug)
    path = packages.archive(folder / f"{slug}.zip", books(slug))
    with bind(tenant, Mode.BULK):
        public_id = imports.begin(system("tests"), path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = imports.run(public_id, path)
        assert report.status == "published", report.as_dict()
    with bind(tenant):
        staff = [("gustaw", "accountant"), ("hanna", "clerk"), ("irena", "board")]
        for login, units, role in [
            ("P1", ["L1", "L2"], "resident"), ("P2", ["L1"], "resident"), ("P3", ["L3"], "resident"),
            *((name, [], role) for name, role in staff),
        ]:  # fmt: skip
            create_account(system("tests"), login, units, role, f"{login.lower()}@{slug}.example", password=PASSWORD)
        send(system("tests"), f"Temat {word}", f"Treść {word}", {"all": True})
        _write(word)
        _announce(word)
        holding.hold(system("tests"), "L1", "4", f"Raty {word}", "")
        _publish(word)
        _shelve(word)
        _turn_to(word)
        _settle(word)
        _map(word)
        _apply(slug)
        _hand_out()
        tokens.create(system("tests"), f"Program {word}", ["imports:write"], days=None)
        hooks.add(system("tests"), f"Program {word}", f"https://{slug}.example/{word}", ["message.received"])
        _confirm()
        _pay_online(word)
        read_meters(word)
        build_works(word, PASSWORD)
        work.commit()
    return tenant


def _write(word: str) -> None:
    """The resident P1 writes to the office, with a file."""
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'P1'")).scalar_one()
    who = Actor(kind="account", login="P1", account_id=account, role=Role.RESIDENT, person_code="P1")
    file = Checked(f"{word}.pdf", "application/pdf", f"%PDF-1.7 {word}".encode())
    write(who, subject=f"Pytanie {word}", category="other", body=word, unit="L1", files=[file], form_key="town")
    save_template(system("tests"), None, name=f"Wzór {word}", category="", body=word)


def _announce(word: str) -> None:
    """An announcement to everybody with a picture and a file, and a template."""
    draft = Draft(f"Ogłoszenie {word}", f"Treść {word}", {"all": True}, confirm=True)
    public_id = announcements.write(system("tests"), draft)
    picture = BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    announcements.attach(system("tests"), public_id, [checked(f"{word}.png", picture.getvalue())], "picture")
    announcements.keep_template(system("tests"), public_id, f"Szablon {word}")
    announcements.publish(system("tests"), public_id, consent=Consent())


def _shelve(word: str) -> None:
    """A public document in a folder, one of L1, a draft, and an upload that waits to be looked at."""
    who = system("tests")
    folder = folders.make(who, f"Teczka {word}", None)
    for title, access, codes in (("Statut", "public", ()), ("Rozliczenie", "units", ("L1",)), ("Szkic", "staff", ())):
        file = Checked(f"{word} {title}.txt", "text/plain", f"{title} {word}".encode())
        wish = saving.Wish(About(f"{title} {word}", "other", note=f"Opis {word}"), folder, access, codes)
        made = saving.create(who, wish, file)
        if access != "staff":
            newest = text("SELECT public_id FROM document_versions ORDER BY id DESC LIMIT 1")
            reading.read(db.session.execute(newest).scalar_one())
            publishing.publish(who, made)
    batches.take(who, About(f"Wiele {word}", "settlement"), None, [file])


def _map(word: str) -> None:
    """A profile made on a file of the manager's, in use for whatever it fits."""
    profile = profiles.create(system("tests"), f"Profil {word}")
    rows = f"Id;Nazwisko i imię\nP1;Żółć {word}\n".encode()
    profiles.take_sample(system("tests"), profile.public_id, BytesIO(rows), f"{word}.csv")
    said = {"tabs": [word], "columns": {"code": {"column": "Id"}, "city": {"constant": f"Miasto {word}"}}}
    profiles.map_sheets(system("tests"), profile.public_id, {"people": said})


def _confirm() -> None:
    """P1 has the balance of L1 confirmed on paper."""
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'P1'")).scalar_one()
    who = Actor(kind="account", login="P1", account_id=account, role=Role.RESIDENT, person_code="P1")
    unit = next(unit for unit in holdings(who, today()).units if unit.code == "L1")
    confirm(who, unit, today())


def _apply(slug: str) -> None:
    """Somebody applies for an account."""
    word = CANARIES[slug]
    wish = Wish(f"Jan {word}", word, "owner", f"Ulica {word} 5/3", f"jan@{slug}.example", "+48601234567")
    registrations.send(wish, Sent("town", 1, 0, "192.0.2.1"))


def _hand_out() -> None:
    """A letter with a code for P3, and a batch for everybody without an account that has just begun."""
    account = db.session.scalars(select(Account).where(Account.login == "P3")).one()
    credentials.hand_out(system("tests"), account, "letter")
    batching.start(system("tests"), batching.Order(Place(), "letter"), "town")


def _bank(word: str) -> None:
    """A statement of a bank, one of whose payments waits for a person, and what a person taught before."""
    title = banks.Move(4500, title=f"Wpłata {word}", name=f"Jan {word}")
    back = banks.Move(6600, title=f"Wpłata druga {word}", name=f"Ewa {word}", payer="52102010261234000000000154")
    file = statements.receive(system("tests"), BytesIO(banks.pko([title, back])), f"{word}.sta", queue=False)
    statements.run(file.public_id)
    deciding.add_scheme(system("tests"), "102010261234", f"Czynsz {word}", "")
    second = "SELECT public_id FROM bank_bookings WHERE amount = 6600"
    deciding.match(system("tests"), db.session.execute(text(second)).scalar_one(), "L2", learn=True)


def _pay_online(word: str) -> None:
    """P1 has paid for L1 over the internet, and gets it back."""
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'P1'")).scalar_one()
    paid = OnlinePayment(
        public_id=new_public_id(), reference=rules.new_reference(), account_id=account, form_key="town",
        unit_code="L1", amount=12_300, state="paid", stripe_account=f"acct_{word}", call_key=f"online-{word}",
        failure=f"kod {word}", closes_at=now(), paid_at=now(),
        dispute="open", dispute_id=f"du_{word}",
    )  # fmt: skip
    db.session.add(paid)
    db.session.flush()
    back = OnlineRefund(
        public_id=new_public_id(), payment_id=paid.id, amount=12_300, reason=f"Powód {word}", call_key=f"refund-{word}",
        state="failed", asked_by="gustaw",
    )  # fmt: skip
    db.session.add(back)


def _publish(word: str) -> None:
    """The manager's terms, with a file, and its logo."""
    file = texts.keep_file(system("tests"), "terms", f"{word}.pdf", f"%PDF-1.7 {word}".encode())
    texts.publish(system("tests"), "terms", f"Regulamin {word}", f"Zasady {word}", attachments=[file])
    picture = BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    set_logo(system("tests"), picture.getvalue())


def _turn_to(word: str) -> None:
    """Somebody at the office of one building."""
    typed = {"name": f"Pani {word}", "duty": f"Sprawy {word}", "phone": "76 111 22 33"}
    contact.save(system("tests"), "person", typed, ["B1"], open_to_all=True)


def _settle(word: str) -> None:
    """A settlement of water that residents see, with an invoice's file, and a draft of heat."""
    who, year = system("tests"), today().year - 1
    for medium in ("cold_water", "heat"):
        outline = settlements.Outline(
            f"Rozliczenie {word} {medium}", medium, date(year, 1, 1), date(year, 12, 31), ("B1",), note=f"Uwaga {word}"
        )
        run = settlements.begin(who, outline, "")
        file = Checked(f"{word}.pdf", "application/pdf", f"%PDF-1.7 faktura {word}".encode())
        typed = {"name": f"Koszt {word}", "document": f"FV {word}", "kind": "fixed", "amount": "100,00"}
        version = text("SELECT version FROM settlement_runs WHERE public_id = :run")
        settlements.add_cost(who, run, db.session.execute(version, {"run": run}).scalar_one(), typed, file)
        if medium == "cold_water":
            settlements.publish(who, run, None)


def _ids(tenant: Tenant) -> dict[str, list[str]]:
    """Public ids of every kind of thing, for strangers to try: by the name in the address, with the feature before
    it where the same name means different things."""
    accounts = "SELECT public_id FROM accounts WHERE login_key IN ('p1', 'p3', 'admin')"
    queries = {
        "imports.public_id": "SELECT public_id FROM imports",
        "profile_id": "SELECT public_id FROM import_profiles",
        "import_columns.sheet": "SELECT 'people'",
        "mailouts.public_id": "SELECT public_id FROM mailouts",
        "mailout_editing.public_id": "SELECT public_id FROM mailouts",
        "mailout_print": "SELECT public_id FROM mailout_prints",
        "mailout_template": "SELECT public_id FROM mailout_templates",
        "estate": "SELECT public_id FROM estates",
        "credentials.public_id": f"{accounts} UNION ALL SELECT public_id FROM credential_issues "
        "UNION ALL SELECT public_id FROM credential_batches",
        "tokens.public_id": "SELECT public_id FROM api_tokens",
        "webhook": "SELECT public_id FROM webhooks",
        "public_id": accounts,
        "kind": "SELECT kind FROM office_texts",
        "attachment": "SELECT public_id FROM office_files",
        "picture": "SELECT logo FROM office_profile",
        "thread": "SELECT public_id FROM message_threads",
        "message_file": "SELECT public_id FROM message_files",
        "message": "SELECT public_id FROM messages",
        "answer_template": "SELECT public_id FROM answer_templates",
        "letter": "SELECT public_id FROM mailouts UNION ALL SELECT public_id FROM announcements",
        "announcement": "SELECT public_id FROM announcements",
        "announcement_file": "SELECT public_id FROM announcement_files",
        "announcement_template": "SELECT public_id FROM announcement_templates",
        "application": "SELECT public_id FROM registrations",
        "personal_request": "SELECT public_id FROM personal_requests",
        "confirmation": "SELECT public_id FROM balance_confirmations",
        "bank_file": "SELECT public_id FROM bank_files",
        "bank_statement": "SELECT public_id FROM bank_statements",
        "bank_booking": "SELECT public_id FROM bank_bookings",
        "online_payment": "SELECT public_id FROM online_payments",
        "mass_scheme": "SELECT public_id FROM mass_schemes",
        "known_payer": "SELECT public_id FROM known_payers",
        "interest_hold": "SELECT public_id FROM interest_holds",
        # one of each: a version is tried below every document, on three sites
        "document": "SELECT public_id FROM documents WHERE access = 'units'",
        "document_folder": "SELECT public_id FROM document_folders",
        "document_version": "SELECT v.public_id FROM document_versions v JOIN documents d ON d.id = v.document_id "
        "WHERE d.access = 'units'",
        "document_batch": "SELECT public_id FROM document_batches",
        "contact_entry": "SELECT public_id FROM contact_entries",
        "delivery": "SELECT public_id FROM outbox_items",
        "run": "SELECT public_id FROM settlement_runs",
        "cost": "SELECT public_id FROM settlement_costs",
        "settlement": "SELECT public_id FROM settlement_run_units",
        "code": "SELECT code FROM people WHERE until_revision IS NULL UNION ALL SELECT code FROM units",
        **READING_IDS,
        **WORKS_IDS,
    }
    with bind(tenant):
        return {name: list(db.session.execute(text(query)).scalars()) for name, query in queries.items()}
