"""What the copy holds of readings that somebody told, and of building works in which they take part.

The letters and papers of a site are the documentation of its works (art. 3 pkt 13 Prawa budowlanego); their author
stays on them as on paper. Erasing a person ends their part and takes away what was nobody else's.
"""

from __future__ import annotations

from app.core.language import lazy_gettext as _l
from app.personal.reads import Read

NOT_SHOWN = {
    "works_addressees": "to whom letters went; those that somebody may read are shown in the zone itself",
    "works_readings": "how far a thread was read",
    "works_series": "of the site; who hands in what is written on the site",
}
NOT_ERASED = {
    "works_letters": "documentation of the works; the author stays as on paper",
    "works_addressees": "documentation of the works",
}
READS = (
    Read(
        "odczyty_podane",
        _l("Podane odczyty liczników"),
        (_l("Kiedy"), _l("Lokal"), _l("Licznik"), _l("Dzień odczytu"), _l("Stan")),
        "SELECT r.created_at, r.unit_code, g.serial, g.read_on, g.value FROM reading_receipts r "
        "JOIN reported_readings g ON g.receipt_id = r.id WHERE r.account_id = :account ORDER BY r.id, g.id",
    ),
    Read(
        "budowy",
        _l("Udział w budowach"),
        (_l("Budowa"), _l("Imię i nazwisko"), _l("Firma"), _l("Rola"), _l("Od"), _l("Do")),
        "SELECT s.name, m.name, m.firm, m.duty, m.joined_at, m.left_at FROM works_members m "
        "JOIN works_sites s ON s.id = m.site_id WHERE m.account_id = :account ORDER BY m.id",
    ),
    Read(
        "budowy_wiadomosci",
        _l("Wiadomości napisane na budowach"),
        (_l("Budowa"), _l("Temat"), _l("Kiedy"), _l("Treść")),
        "SELECT s.name, t.subject, l.sent_at, l.body FROM works_letters l JOIN works_threads t ON t.id = l.thread_id "
        "JOIN works_sites s ON s.id = l.site_id WHERE l.account_id = :account ORDER BY l.id",
    ),
    Read(
        "budowy_szkice",
        _l("Szkice wiadomości na budowach"),
        (_l("Zapisany"), _l("Treść")),
        "SELECT saved_at, content::text FROM works_drafts WHERE account_id = :account ORDER BY id",
    ),
    Read(
        "budowy_kontakty",
        _l("Kontakty dodane na budowach"),
        (_l("Kiedy"), _l("Nazwa"), _l("Firma"), _l("E-mail"), _l("Telefon")),
        "SELECT added_at, name, firm, email, phone FROM works_contacts WHERE account_id = :account ORDER BY id",
    ),
    Read(
        "budowy_goscie",
        _l("Zaproszeni goście budów"),
        (_l("Kiedy"), _l("E-mail"), _l("Do czego")),
        "SELECT created_at, email, label FROM works_guests WHERE account_id = :account ORDER BY id",
    ),
)
ERASING = (
    "UPDATE works_members SET name = '–', firm = '', left_at = coalesce(left_at, now()) WHERE account_id = :account",
    "DELETE FROM works_drafts WHERE account_id = :account",
    "DELETE FROM works_readings WHERE account_id = :account",
    "UPDATE works_contacts SET account_id = NULL, added_by = '–' WHERE account_id = :account",
    "UPDATE works_series SET account_id = NULL WHERE account_id = :account",
    "UPDATE works_guests SET invited_by = '–' WHERE account_id = :account",
)
