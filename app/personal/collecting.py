"""What is kept about one resident, as tables: each a name for its file, a title, its columns and rows.

A table that refers to accounts must be here or say in `NOT_SHOWN` why not; a test looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit, holdings
from app.core.actor import Actor
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.finances.discretion import LEDGER, reader
from app.notifications import queries as notifications
from app.personal import taking_part
from app.personal.reads import Read
from tenants.db import db

# Tables that refer to accounts and are not shown in a copy of one's data, each with its reason.
NOT_SHOWN = {
    "account_tokens": "digests of links that work once: secrets, and nothing else about the person but moments",
    "account_recovery_codes": "digests of secrets",
    "account_challenges": "random numbers that live for minutes",
    "staff_scopes": "of staff, not of residents",
    "message_staff_addresses": "of staff, not of residents",
    "notice_dismissals": "of staff, not of residents",
    **taking_part.NOT_SHOWN,
}


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the copy. `columns` are headings, `rows` values as they are stored, money in złote."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


_READS = (
    Read(
        "konto",
        _l("Konto w portalu"),
        (
            _l("Login"), _l("E-mail"), _l("Telefon"), _l("Osoba w ewidencji"), _l("Język"), _l("Założone"),
            _l("Ostatnie logowanie"), _l("Hasło ustawione"),
        ),
        "SELECT login, email::text, phone, person_code, locale, created_at, last_login_at, password_set_at "
        "FROM accounts WHERE id = :account",
    ),
    Read(
        "osoba",
        _l("Dane w ewidencji zarządcy"),
        (
            _l("Kod"), _l("Imię"), _l("Nazwisko"), _l("Firma"), _l("E-mail"), _l("Telefon"), _l("Ulica"),
            _l("Numer"), _l("Kod pocztowy"), _l("Miejscowość"), _l("Członek"),
        ),
        "SELECT code, first_name, last_name, company, email, phone, street, number, postcode, city, member "
        "FROM people WHERE code = :person AND until_revision IS NULL",
    ),
    Read(
        "tytuly",
        _l("Tytuły do lokali"),
        (_l("Lokal"), _l("Rola"), _l("Od"), _l("Do")),
        "SELECT unit_code, role, from_on, to_on FROM occupancies WHERE person_code = :person "
        "AND until_revision IS NULL ORDER BY from_on, unit_code",
    ),
    Read(
        "dostep",
        _l("Dostęp nadany przez biuro"),
        (_l("Lokal"), _l("Od"), _l("Do"), _l("Według ewidencji")),
        "SELECT unit_code, since, until, follows_books FROM account_units WHERE account_id = :account ORDER BY 1",
    ),
    Read(
        "dane_startowe",
        _l("Wydane dane do pierwszego logowania"),
        (_l("Sposób"), _l("Wydano"), _l("Ważne do"), _l("Wydrukowano")),
        "SELECT way, at, expires_at, printed_at FROM credential_issues WHERE account_id = :account ORDER BY at",
    ),
    Read(
        "logowania",
        _l("Próby logowania"),
        (_l("Kiedy"), _l("Wynik"), _l("Adres IP"), _l("Przeglądarka")),
        "SELECT at, outcome, address, agent FROM login_attempts WHERE account_id = :account ORDER BY at DESC",
    ),
    Read(
        "urzadzenia",
        _l("Zalogowane urządzenia"),
        (_l("Od"), _l("Ostatnio"), _l("Do"), _l("Adres IP"), _l("Przeglądarka")),
        "SELECT created_at, seen_at, coalesce(ended_at, expires_at), address, agent FROM account_sessions "
        "WHERE account_id = :account AND watcher IS NULL ORDER BY created_at DESC",
    ),
    Read(
        "drugi_skladnik",
        _l("Drugi składnik logowania"),
        (_l("Rodzaj"), _l("Nazwa"), _l("Dodano"), _l("Użyto")),
        "SELECT 'totp', name, created_at, used_at FROM account_totp WHERE owner_id = :account "
        "UNION ALL SELECT 'passkey', name, created_at, used_at FROM account_passkeys WHERE owner_id = :account",
    ),
    Read(
        "zgody",
        _l("Zaakceptowane teksty"),
        (_l("Tekst"), _l("Wersja"), _l("Tytuł"), _l("Kiedy"), _l("Adres IP")),
        "SELECT x.kind, x.version, t.title, x.at, x.address FROM text_acceptances x LEFT JOIN office_texts t "
        "ON t.kind = x.kind AND t.version = x.version WHERE x.account_id = :account ORDER BY x.at",
    ),
    Read(
        "wybory_powiadomien",
        _l("Wybrane powiadomienia"),
        (_l("Rodzaj"), _l("Kanał"), _l("Włączone"), _l("Zmieniono")),
        "SELECT kind, channel, wanted, changed_at FROM notification_choices WHERE account_id = :account ORDER BY 1, 2",
    ),
    Read(
        "rezygnacje_z_wysylek",
        _l("Rezygnacje z wysyłek"),
        (_l("Adres"), _l("Rodzaj"), _l("Kiedy")),
        "SELECT o.address, o.topic, o.at FROM mail_optouts o JOIN accounts a ON o.address = lower(a.email::text) "
        "WHERE a.id = :account",
    ),
    Read(
        "kalendarz",
        _l("Prywatny link do kalendarza"),
        (_l("Utworzono"), _l("Z kwotami"), _l("Z końcem dodatku")),
        "SELECT made_at, amounts, allowances FROM calendar_feeds WHERE account_id = :account",
    ),
    Read(
        "dodatki",
        _l("Dodatki mieszkaniowe"),
        (_l("Decyzja"), _l("Lokal"), _l("Organ"), _l("Od"), _l("Do"), _l("Miesięcznie (zł)")),
        "SELECT decision, unit_code, authority, from_on, to_on, monthly / 100.0 FROM housing_allowances "
        "WHERE person_code = :person AND until_revision IS NULL ORDER BY from_on, decision",
    ),
    Read(
        "ogloszenia",
        _l("Przeczytane ogłoszenia"),
        (_l("Tytuł"), _l("Opublikowano"), _l("Przeczytano"), _l("Potwierdzono")),
        "SELECT n.title, n.published_at, r.read_at, r.confirmed_at FROM announcement_reads r "
        "JOIN announcements n ON n.id = r.announcement_id WHERE r.account_id = :account ORDER BY r.read_at",
    ),
    Read(
        "zestawienia",
        _l("Powiadomienia zbierane w jeden e-mail dziennie"),
        (_l("Rodzaj"), _l("Kiedy"), _l("Wysyłka"), _l("Stan")),
        "SELECT kind, created_at, due_at, state FROM notification_pending WHERE account_id = :account ORDER BY id",
    ),
    Read(
        "rozmowy",
        _l("Rozmowy z biurem"),
        (_l("Temat"), _l("Kategoria"), _l("Lokal"), _l("Kto"), _l("Kiedy"), _l("Treść")),
        "SELECT t.subject, t.category, t.unit_code, m.side, m.sent_at, m.body FROM message_threads t "
        "JOIN messages m ON m.thread_id = t.id AND m.side IN ('resident', 'office') WHERE t.account_id = :account "
        "ORDER BY m.id",
    ),
    Read(
        "dokumenty",
        _l("Dokumenty skierowane do Ciebie"),
        (_l("Tytuł"), _l("Numer"), _l("Data"), _l("Opublikowano"), _l("Plik")),
        "SELECT d.title, d.number, d.dated_on, d.published_at, v.name FROM documents d JOIN document_targets t "
        "ON t.document_id = d.id AND t.kind = 'person' AND t.code = :person JOIN document_versions v "
        "ON v.document_id = d.id AND v.withdrawn_at IS NULL WHERE d.state = 'published' AND d.access = 'people' "
        "ORDER BY d.published_at, v.number",
    ),
    Read(
        "otwarte_dokumenty",
        _l("Dokumenty, które zostały otwarte lub pobrane"),
        (_l("Kiedy"), _l("Co"), _l("Tytuł"), _l("Wersja")),
        "SELECT f.at, f.act, d.title, v.number FROM document_fetches f JOIN documents d ON d.id = f.document_id "
        "JOIN document_versions v ON v.id = f.version_id WHERE f.account_id = :account ORDER BY f.id",
    ),
    Read(
        "platnosci_internetowe",
        _l("Płatności przez internet"),
        (_l("Zaczęto"), _l("Numer"), _l("Lokal"), _l("Kwota (zł)"), _l("Opłata (zł)"), _l("Stan"), _l("Opłacono")),
        "SELECT created_at, reference, unit_code, amount / 100.0, fee / 100.0, state, paid_at FROM online_payments "
        "WHERE account_id = :account ORDER BY id",
    ),
    Read(
        "wnioski",
        _l("Wnioski o założenie konta"),
        (
            _l("Sposób"), _l("Stan"), _l("Złożono"), _l("Imię"), _l("Nazwisko"), _l("Rola"), _l("Lokal"),
            _l("E-mail"), _l("Telefon"), _l("Adres IP"), _l("Regulamin, wersja"), _l("Dane osobowe, wersja"),
        ),
        "SELECT way, state, created_at, first_name, last_name, role, unit, email, phone, address, terms_version, "
        "privacy_version FROM registrations WHERE account_id = :account ORDER BY created_at",
    ),
    Read(
        "rezygnacje",
        _l("Rezygnacje z konta"),
        (_l("Złożono"), _l("Stan"), _l("Powód"), _l("Załatwiono")),
        "SELECT asked_at, state, reason, decided_at FROM resignations WHERE account_id = :account ORDER BY asked_at",
    ),
    Read(
        "prosby",
        _l("Prośby dotyczące danych"),
        (_l("Rodzaj"), _l("Złożono"), _l("Treść"), _l("Stan"), _l("Odpowiedź"), _l("Odpowiedziano")),
        "SELECT kind, asked_at, body, state, answer, decided_at FROM personal_requests WHERE account_id = :account "
        "ORDER BY asked_at",
    ),
    Read(
        "dziennik",
        _l("Wpisy dziennika zmian o koncie"),
        (_l("Kiedy"), _l("Kto"), _l("Co"), _l("Adres IP")),
        "SELECT e.at, CASE WHEN e.actor_kind = 'account' AND e.actor = a.login THEN 'Ty' ELSE 'biuro lub portal' END, "
        "e.action, CASE WHEN e.actor_kind = 'account' AND e.actor = a.login THEN e.address END "
        # a login may be given out again after its account was closed: earlier lines are about somebody else
        "FROM audit_entries e JOIN accounts a ON a.id = :account AND e.at >= a.created_at "
        "WHERE (e.actor_kind = 'account' AND e.actor = a.login) OR e.subject IN (a.login, a.public_id) ORDER BY e.id",
    ),
    *taking_part.READS,
)  # fmt: skip
_KEYS = text(
    "SELECT ARRAY['account:' || public_id, 'account:' || login, 'person:' || person_code] "
    "FROM accounts WHERE id = :account"
)
_UNIT = text("SELECT area, heated_area, persons, title, share FROM units WHERE code = :unit AND until_revision IS NULL")
_LEDGER = text(
    "SELECT booked_on, account, kind, title, document, period, due_on, debit / 100.0, credit / 100.0 "
    f"FROM {LEDGER} AS ledger WHERE unit_code = :unit AND until_revision IS NULL "
    "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY booked_on, entry"
)


_CHARGES = text(
    "SELECT coalesce(k.name, c.component_code), c.from_on, c.to_on, c.quantity, k.basis, c.price, c.amount / 100.0, "
    "c.note FROM charges c LEFT JOIN components k ON k.code = c.component_code AND k.until_revision IS NULL "
    "WHERE c.unit_code = :unit AND c.until_revision IS NULL ORDER BY c.component_code, c.from_on"
)


def keys(account_id: int) -> list[str]:
    """The keys under which the outbox knows an account and its person."""
    found = db.session.execute(_KEYS, {"account": account_id}).scalar() or []
    return [key for key in found if key is not None]


def tables(actor: Actor, today: date) -> Iterator[Table]:
    """Everything kept about the actor but the letters, part by part; parts without rows too."""
    values = {"account": actor.account_id, "person": actor.person_code}
    for read in _READS:
        rows = [tuple(row) for row in db.session.execute(text(read.statement), values)]
        yield Table(read.name, str(read.title), tuple(str(column) for column in read.columns), rows)
    units = holdings(actor, today).units
    yield Table(
        "lokale",
        _("Lokale"),
        (_("Lokal"), _("Adres"), _("Rachunek"), _("Powierzchnia"), _("Powierzchnia ogrzewana"), _("Osoby"),
         _("Tytuł"), _("Udział")),
        [_unit(unit) for unit in units],
    )  # fmt: skip
    yield Table(
        "rozrachunki",
        _("Naliczenia i wpłaty"),
        (_("Lokal"), _("Data"), _("Konto"), _("Rodzaj"), _("Tytuł"), _("Dokument"), _("Okres"), _("Termin"),
         _("Obciążenie (zł)"), _("Wpłata (zł)")),
        [(unit.code, *row) for unit in units if unit.sight.balance for row in _entries(actor, unit)],
    )  # fmt: skip
    yield Table(
        "skladniki_oplat",
        _("Składniki opłat"),
        (_("Lokal"), _("Składnik"), _("Od"), _("Do"), _("Ilość"), _("Jednostka"), _("Cena (zł)"), _("Kwota (zł)"),
         _("Uwagi")),
        [(unit.code, *row) for unit in units if unit.sight.charges for row in _charges(unit)],
    )  # fmt: skip
    yield _notifications(actor)


def _unit(unit: HeldUnit) -> tuple[Any, ...]:
    row = db.session.execute(_UNIT, {"unit": unit.code}).first() if unit.sight.charges else None
    account = unit.account if unit.sight.balance else None
    return (unit.code, unit.address_line, account, *(row or (None,) * 5))


def _entries(actor: Actor, unit: HeldUnit) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(_LEDGER, {**reader(actor, unit), "since": unit.since})]


def _charges(unit: HeldUnit) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(_CHARGES, {"unit": unit.code})]


def _notifications(actor: Actor) -> Table:
    rows = [
        (str(row.kind.label), cell.channel, cell.wanted, cell.fixed)
        for row in notifications.overview(actor).rows
        for cell in row.cells
    ]
    return Table("powiadomienia", _("Powiadomienia"), (_("Rodzaj"), _("Kanał"), _("Włączone"), _("Zawsze")), rows)
