"""Audiences are tried on the outbox's own houses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.outbox.conftest import house, new_house, outbox

__all__ = ["house", "new_house", "outbox"]

BOOKS = """
INSERT INTO buildings (since_revision, code, street, number, postcode, city) VALUES
 (1, 'B1', 'Lipowa', '1', '00-001', 'Łódź'), (1, 'B2', 'Lipowa', '2', '00-001', 'Łódź');
INSERT INTO units (since_revision, code, building_code, staircase, number, area, account) VALUES
 (1, 'U1', 'B1', '1', '1', 40, '61109010140000071219812874'), (1, 'U2', 'B1', '2', '2', 50, NULL),
 (1, 'U3', 'B2', '1', '3', 60, NULL), (1, 'U4', 'B2', '10', '4', 60, NULL);
INSERT INTO people (since_revision, code, first_name, last_name, email, phone, member, street, number, postcode, city)
VALUES
 (1, 'P1', 'Anna', 'Adamska', 'anna@example.org', '601000001', true, NULL, NULL, NULL, NULL),
 (1, 'P2', 'Bogdan', 'Bąk', NULL, NULL, false, NULL, NULL, NULL, NULL),
 (1, 'P3', 'Celina', 'Ćwik', 'zły adres', NULL, NULL, 'Morska', '5', '80-001', 'Gdańsk'),
 (1, 'P4', 'Darek', 'Dąb', 'darek@example.org', NULL, true, NULL, NULL, NULL, NULL),
 (1, 'P5', 'Ewa', 'Ęsik', 'ewa@example.org', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on, to_on) VALUES
 (1, 'U1', 'P1', 'owner', '2020-01-01', NULL), (1, 'U2', 'P1', 'owner', '2020-01-01', NULL),
 (1, 'U1', 'P2', 'tenant', '2020-01-01', NULL), (1, 'U3', 'P3', 'co-owner', '2020-01-01', NULL),
 (1, 'U4', 'P4', 'tenant', '2020-01-01', NULL), (1, 'U4', 'P5', 'proxy', '2020-01-01', '2020-12-31');
INSERT INTO ledger_entries (since_revision, entry, unit_code, kind, account, booked_on, due_on, debit, credit) VALUES
 (1, 'E1', 'U1', 'charge', 'rent', '2026-01-01', '2026-01-10', 30000, 0),
 (1, 'E2', 'U1', 'charge', 'rent', '2026-01-01', '2999-01-10', 90000, 0),
 (1, 'E3', 'U4', 'charge', 'rent', '2026-01-01', '2026-01-10', 50000, 0);
INSERT INTO pending_payments (public_id, unit_code, account, amount, paid_on, source, source_ref) VALUES
 ('pp1', 'U4', 'rent', 20000, '2026-11-20', 'test', '1');
INSERT INTO accounts (public_id, login, login_key, role, email, person_code) VALUES
 ('a1', 'L1', 'l1', 'resident', 'anna@example.org', 'P1'), ('a2', 'L2', 'l2', 'resident', NULL, 'P2'),
 ('a5', 'L5', 'l5', 'resident', 'ewa@example.org', 'P5'), ('a6', 'L6', 'l6', 'resident', 'gosc@example.org', NULL);
INSERT INTO account_units (account_id, unit_code, since, follows_books)
 SELECT id, 'U1', '2020-01-01', true FROM accounts WHERE login IN ('L1', 'L2');
INSERT INTO account_units (account_id, unit_code, since, follows_books)
 SELECT id, 'U4', '2020-01-01', false FROM accounts WHERE login = 'L6';
INSERT INTO account_units (account_id, unit_code, since, follows_books)
 SELECT id, 'U4', '2020-01-01', true FROM accounts WHERE login = 'L5';
INSERT INTO estates (public_id, name, buildings) VALUES ('osiedle-b', 'Osiedle B', '["B2"]')
"""


@pytest.fixture
def books(outbox: Any) -> Any:
    """Five people, four units, four logins, one estate; U1 is 300 zł late, U4 is 500 less 200 on their way."""
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox
