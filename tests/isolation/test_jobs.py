"""Every job, fed with the other manager's ids, works on its own manager's data or on nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.core import jobs, work
from app.gateways import files
from tenants.bound import current
from tenants.context import bind
from tenants.db import db
from tenants.errors import NoTenantBound
from tenants.keys import file_root, redis_key
from tests.isolation.test_pages import fingerprint
from tests.town import CANARIES, Town
from worker import entry

# What a stranger would put into a job of alfa: ids of beta. A new job needs its line here.
FOREIGN: dict[str, dict[str, str]] = {
    "credentials.batch": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM credential_batches"},
    "credentials.wipe": {},
    "billing.buyer": {},
    "billing.units": {},
    "deliveries.escalate": {},
    "deliveries.seal": {},
    "documents.read": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM document_versions"},
    "documents.tell": {"documents": "SELECT coalesce(array_agg(public_id), '{}') FROM documents"},
    "documents.tidy": {},
    "fleet.gather": {},
    "hooks.deliver": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM webhooks"},
    "hooks.tidy": {},
    "imports.alarm": {"due": "SELECT '2026-11-21'"},
    "imports.analyze": {},
    "imports.watch": {},
    "imports.undo": {"public_id": "SELECT public_id FROM imports LIMIT 1"},
    "imports.run": {"public_id": "SELECT public_id FROM imports LIMIT 1"},
    "allowances.remind": {},
    "mailouts.begin": {"public_id": "SELECT public_id FROM mailouts LIMIT 1"},
    "mailouts.rest": {"public_id": "SELECT public_id FROM mailouts LIMIT 1"},
    "mailouts.print": {"public_id": "SELECT public_id FROM mailouts LIMIT 1"},
    "announcements.appear": {"public_id": "SELECT public_id FROM announcements LIMIT 1"},
    "announcements.tell": {"public_id": "SELECT public_id FROM announcements LIMIT 1"},
    "attachments.preview": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM stored_files"},
    "attachments.tidy": {},
    "attachments.words": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM stored_files"},
    "audit.seal": {},
    "accounts.send_reset": {"identifier": "SELECT 'p1@beta.example'", "login": "SELECT 'P1'"},
    "accounts.send_unlock": {"identifier": "SELECT 'p1@beta.example'", "channel": "SELECT 'email'"},
    "office.contact": {},
    "finances.tell_published": {"revision": "SELECT max(number) FROM revisions"},
    "meters.medians": {},
    "meters.tell_window": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM reading_windows"},
    "meters.windows": {},
    "notifications.announce_modules": {"key": "SELECT 'x'", "modules": "SELECT ARRAY['nothing']"},
    "settlements.tell_run": {"run": "SELECT coalesce(min(public_id), 'x') FROM settlement_runs"},
    "settlements.tell_settled": {"revision": "SELECT max(number) FROM revisions"},
    "notifications.daily": {},
    "notifications.text_published": {"kind": "SELECT 'terms'", "version": "SELECT 1"},
    "paying.account": {"account": "SELECT 'acct_of_beta'"},
    "paying.check": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM online_payments"},
    "paying.reconcile": {},
    "paying.dispute": {
        "account": "SELECT coalesce(min(stripe_account), 'x') FROM online_payments",
        "dispute": "SELECT coalesce(min(dispute_id), 'x') FROM online_payments",
    },
    "paying.refund": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM online_refunds"},
    "outbox.drain": {"lane": "SELECT 'bulk'"},
    "outbox.drain_sms": {"lane": "SELECT 'urgent'"},
    "outbox.sweep": {},
    "personal.erasures": {},
    "personal.retention": {},
    "works.pieces": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM works_uploads"},
    "works.remind": {},
    "works.tidy": {},
    "works.words": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM works_documents"},
    "statements.read": {"public_id": "SELECT coalesce(min(public_id), 'x') FROM bank_files"},
    "statements.rematch": {},
    "works.expire_guests": {},
}


def tenant_jobs() -> list[str]:
    return [name for name, body in jobs.registered().items() if not body.platform and not name.startswith("tests.")]


def test_every_job_of_a_tenant_is_tried(app: Any) -> None:
    assert set(tenant_jobs()) == set(FOREIGN), "add the new job's foreign arguments to FOREIGN"


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_job_of_one_manager_leaves_the_other_alone(app: Any, town: Town, name: str) -> None:
    before = fingerprint(app, town)["beta"]
    with app.app_context():
        with bind(town.beta):
            args = {key: db.session.execute(text(query)).scalar_one() for key, query in FOREIGN[name].items()}
        with bind(town.alfa):
            row = jobs.enqueue(name, f"foreign-{name}", args)
            work.commit()
        entry.run(town.alfa.id, row)
        with bind(town.alfa):
            state = db.session.execute(text("SELECT state FROM jobs WHERE id = :id"), {"id": row}).scalar_one()
        assert state in ("done", "waiting", "failed")
    assert fingerprint(app, town)["beta"] == before


def test_a_job_with_no_tenant_or_a_strange_one_touches_nothing(app: Any, town: Town) -> None:
    before = fingerprint(app, town)
    with app.app_context():
        entry.run(987_654, 1)
        entry.run(None, 987_654)
    assert fingerprint(app, town) == before


def test_the_same_row_number_of_another_manager_is_another_job(app: Any, town: Town) -> None:
    """Ids of rows overlap between schemas: a bell for alfa's row must never run beta's."""
    with app.app_context():
        with bind(town.beta):
            row = jobs.enqueue("office.contact", "only-at-beta")
            work.commit()
        entry.run(town.alfa.id, row)
        with bind(town.beta):
            state = db.session.execute(text("SELECT state FROM jobs WHERE id = :id"), {"id": row}).scalar_one()
        assert state == "waiting"
        entry.run(town.beta.id, row)


def test_keys_and_file_roots_carry_the_tenant(app: Any, town: Town) -> None:
    found = []
    with app.app_context():
        for tenant in (town.alfa, town.beta):
            with bind(tenant):
                assert current().id == tenant.id
                found.append((redis_key("x", 5), file_root(), files.key("imports", "abc")))
        with pytest.raises(NoTenantBound):
            redis_key("x")
        with pytest.raises(NoTenantBound):
            files.key("imports", "abc")
    assert not set(found[0]) & set(found[1])


@pytest.mark.parametrize("hostile", ["../t_00002/imports/x", "t_00001/../t_00002/x", "/etc/passwd", "t_00001/a\0b", ""])
def test_a_hostile_storage_key_is_refused(app: Any, town: Town, hostile: str) -> None:
    with app.app_context(), bind(town.alfa), pytest.raises(ValueError, match="storage key"):
        files.files().delete(hostile)


def test_a_storage_key_of_the_other_manager_is_refused(app: Any, town: Town) -> None:
    with app.app_context():
        with bind(town.beta):
            foreign = files.key("imports", "abc")
        with bind(town.alfa), pytest.raises(ValueError, match="storage key"), files.files().local_path(foreign):
            pass


def test_nothing_in_redis_tells_words_of_a_manager(app: Any, town: Town) -> None:
    from worker import queues

    with app.app_context():
        client = queues.connection()
        for key in client.keys("*"):
            kind = client.type(key)
            value = client.hgetall(key) if kind == b"hash" else client.dump(key)
            assert not any(word.encode() in str(value).encode() + key for word in CANARIES.values()), key
