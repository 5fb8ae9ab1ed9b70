-- What staff of a large manager look through, multiplied: see tests/bench/crowd.py. Each statement is one paragraph.

INSERT INTO revisions (number, kind, as_of, published_by) SELECT n, 'publish', now() - (301 - n) * interval '1 day',
  'nocny import' FROM generate_series(1, 300) n;

INSERT INTO buildings (code, street, number, postcode, city, since_revision)
  SELECT DISTINCT split_part(c, '-', 1), 'Słoneczna', split_part(c, '-', 1), '00-123', 'Warszawa', 1
  FROM unnest(%(codes)s::text[]) c;

INSERT INTO units (code, building_code, staircase, number, area, title, account, since_revision)
  SELECT c, split_part(c, '-', 1), split_part(c, '-', 2), split_part(c, '-', 3), 48.50, 'ownership', lpad(n::text,
  26, '1'), 1 FROM unnest(%(codes)s::text[]) WITH ORDINALITY u (c, n);

INSERT INTO people (code, first_name, last_name, email, phone, member, since_revision)
  SELECT 'P' || n, pg_temp.first_name(n), pg_temp.surname(n) || '-' || n, CASE WHEN n %% 5 > 0 THEN 'osoba' || n ||
  '@example.pl' END, '+48600' || lpad(n::text, 6, '0'), n %% 2 = 0, 1
  FROM generate_series(1, %(units)s * 3 / 2) n;

INSERT INTO occupancies (unit_code, person_code, role, from_on, since_revision)
  SELECT c, 'P' || n, 'owner', date '2015-01-01', 1 FROM unnest(%(codes)s::text[]) WITH ORDINALITY u (c, n) UNION
  ALL SELECT c, 'P' || %(units)s + n / 2, 'co-owner', date '2015-01-01', 1
  FROM unnest(%(codes)s::text[]) WITH ORDINALITY u (c, n) WHERE n %% 2 = 0;

INSERT INTO components (code, name, basis, kind, since_revision)
  SELECT 'S' || n, 'Składnik ' || n, 'area', 'dependent', 1 FROM generate_series(1, 8) n;

INSERT INTO charges (unit_code, component_code, from_on, quantity, price, amount, since_revision)
  SELECT c, 'S' || n, date '2026-01-01', 48.5, 2.5, 12125, 1 FROM unnest(%(codes)s::text[]) c, generate_series(1, 8)
  n;

INSERT INTO ledger_entries (entry, unit_code, kind, account, booked_on, due_on, period, debit, credit, document,
  title, since_revision) SELECT n || '/' || c, c, CASE n %% 2 WHEN 0 THEN 'charge' ELSE 'payment' END, CASE n %% 10
  WHEN 0 THEN 'water' ELSE 'rent' END, date '2026-11-10' - (n / 2 * 30), CASE n %% 2 WHEN 0 THEN date '2026-11-15' -
  (n / 2 * 30) END, to_char(date '2026-11-10' - (n / 2 * 30), 'YYYY-MM'), CASE n %% 2 WHEN 0 THEN 45000 ELSE 0 END,
  CASE n %% 2 WHEN 0 THEN 0 WHEN 1 THEN CASE WHEN hashtext(c) %% 6 = 0 AND hashtext(c || n) %% 10 = 0 THEN 1000 ELSE
  45000 END END, 'NAL/' || n, 'Opłaty za używanie lokalu', 1 FROM unnest(%(codes)s::text[]) c, generate_series(1,
  60) n;

INSERT INTO meters (serial, unit_code, medium, location, installed_on, verified_until, since_revision)
  SELECT 'W' || n || '/' || c, c, CASE n WHEN 1 THEN 'cold_water' ELSE 'hot_water' END, 'łazienka', date
  '2022-01-01', date '2026-01-01' + (hashtext(c) & 1023), 1 FROM unnest(%(codes)s::text[]) c, generate_series(1, 2)
  n;

INSERT INTO accounts (public_id, login, login_key, password_hash, role, person_code, email, last_login_at)
  SELECT pg_temp.public_id('account', n), 'L' || lpad(n::text, 6, '0'), 'l' || lpad(n::text, 6, '0'), 'none ' || n,
  'resident', 'P' || n, CASE WHEN n %% 5 > 0 THEN 'osoba' || n || '@example.pl' END, now() - n * interval '1 minute'
  FROM generate_series(1, %(units)s) n;

INSERT INTO accounts (public_id, login, login_key, password_hash, role)
  SELECT pg_temp.public_id('staff', n), 'admin', 'admin', 'none', 'admin'
  FROM generate_series(1, 1) n;

INSERT INTO login_attempts (account_id, at, outcome, address)
  SELECT id, now() - n * interval '1 day' - id * interval '1 second', CASE n %% 6 WHEN 0 THEN 'wrong_password' ELSE
  'in' END, '10.0.0.1' FROM accounts, generate_series(1, 10) n;

INSERT INTO account_sessions (secret_digest, account_id, expires_at, ended_at)
  SELECT sha256((n || '/' || id)::bytea), id, now() + interval '1 day', now()
  FROM accounts, generate_series(1, 3) n;

INSERT INTO message_threads (public_id, account_id, unit_code, category, subject, state, started_at, last_at)
  SELECT pg_temp.public_id('thread', n), 1 + n %% %(units)s, (%(codes)s::text[])[1 + n %% %(units)s], 'finances',
  'Pytanie o rozliczenie ' || n, (ARRAY['new','working','answered','closed','closed','closed'])[1 + n %% 6], now() -
  n * interval '10 minutes', now() - n * interval '9 minutes'
  FROM generate_series(1, %(units)s * 2) n;

INSERT INTO messages (public_id, thread_id, side, author_id, author_name, body, sent_at)
  SELECT pg_temp.public_id('message', n), 1 + n / 3, CASE n %% 3 WHEN 0 THEN 'resident' ELSE 'office' END, 1 + n %%
  %(units)s, 'Ktoś', 'Dzień dobry, proszę o wyjaśnienie pozycji ' || n || repeat(' rozliczenia wody i ogrzewania',
  8), now() - n * interval '3 minutes' FROM generate_series(1, %(units)s * 6 - 3) n;

INSERT INTO outbox_causes (cause, context, important) SELECT 'mailout:' || n, '{}', n %% 5 = 0
  FROM generate_series(1, 10) n;

INSERT INTO outbox_items (public_id, cause, recipient_key, channel, lane, letter, topic, context, address,
  recipient_name, locale, message_id, state, live, attempts, created_at, sent_at, opened_at)
  SELECT pg_temp.public_id('item', n), 'mailout:' || 1 + n %% 10, 'account:' || n / 10, 'email', 'bulk', 'mailout',
  'mailouts', '{}', 'osoba' || n / 10 || '@example.pl', 'Łucja Żak', 'pl', n || '@bench.test',
  (ARRAY['sent','sent','sent','sent','sent','sent','sent','bounced','failed','skipped'])[1 + n %% 10], false, 1,
  now() - n * interval '3 minutes', now() - n * interval '3 minutes', CASE n %% 3 WHEN 0 THEN now() - n * interval
  '2 minutes' END FROM generate_series(1, %(units)s * 10) n;

INSERT INTO delivery_events (item_id, kind, at, whom, proof) SELECT id, CASE state WHEN 'sent' THEN 'sent' ELSE
  state END, created_at, address, sha256(message_id::bytea) FROM outbox_items
  WHERE state <> 'held';

INSERT INTO address_flags (public_id, address, bounces, reason, last_at, dead_at)
  SELECT pg_temp.public_id('flag', n), 'osoba' || n || '@example.pl', 3, 'nie ma takiej skrzynki', now(), now()
  FROM generate_series(1, %(units)s / 50) n;

INSERT INTO bank_files (public_id, file_name, size, sha256, storage_key, form, source, status, created_by,
  created_at) SELECT pg_temp.public_id('file', n), 'wyciag-' || n || '.sta', 20000, sha256(n::text::bytea), 'k' ||
  n, 'mt940', 'page', 'done', 'admin', now() - n * interval '1 day'
  FROM generate_series(1, 700) n;

INSERT INTO bank_statements (public_id, file_id, member, form, encoding, account, currency, bookings)
  SELECT pg_temp.public_id('statement', n), id, '', 'mt940', 'UTF-8', '11112222333344445555666677', 'PLN', 300
  FROM (SELECT id, id AS n FROM bank_files) f;

INSERT INTO bank_bookings (public_id, print, refs, amount, currency, value_on, payer, name, title, numbers, details,
  state, unit_code, way, created_at) SELECT pg_temp.public_id('booking', n), sha256(n::text::bytea), ARRAY['r' ||
  n], 45000 + n %% 100, 'PLN', date '2026-11-20' - (n / 300)::int, '22223333444455556666' || lpad(n::text, 6, '0'),
  'ZOFIA ' || upper(pg_temp.surname(n)), 'czynsz lokal ' || n, ARRAY[]::text[], '{}', CASE WHEN n %% 40 = 0 THEN
  'queued' ELSE 'credited' END, CASE WHEN n %% 40 > 0 THEN (%(codes)s::text[])[1 + n %% %(units)s] END, CASE WHEN n
  %% 40 > 0 THEN 'account' END, now() - n / 300 * interval '1 day'
  FROM generate_series(1, %(units)s * 10) n;

INSERT INTO bank_sightings (statement_id, place, booking_id) SELECT 1 + id %% 700, id, id
  FROM bank_bookings;

INSERT INTO known_payers (public_id, kind, value, unit_code, learned_by, learned_at)
  SELECT pg_temp.public_id('payer', n), 'payer', '22223333444455556666' || lpad(n::text, 6, '0'),
  (%(codes)s::text[])[n], 'admin', now() FROM generate_series(1, %(units)s) n;

INSERT INTO pending_payments (public_id, unit_code, account, amount, paid_on, title, source, source_ref, state)
  SELECT pg_temp.public_id('pending', n), (%(codes)s::text[])[1 + n %% %(units)s], 'rent', 45000, current_date,
  'czynsz', 'bank', n::text, CASE WHEN n %% 20 = 0 THEN 'pending' ELSE 'booked' END
  FROM generate_series(1, %(units)s) n;

INSERT INTO announcements (public_id, form_key, title, body, importance, audience, state, published_at, created_by,
  version, tell, confirm, ends_at) SELECT pg_temp.public_id('announcement', n), 'f' || n, 'Ogłoszenie ' || n,
  'Prosimy o udostępnienie lokali.', 'ordinary', '{"all": true}', 'published', now() - n * interval '1 day',
  'admin', 1, 'none', n = 1, NULL FROM generate_series(1, 300) n;

INSERT INTO announcement_reads (announcement_id, account_id, read_at)
  SELECT a, b, now() FROM generate_series(1, 10) a, generate_series(1, %(units)s / 2) b;

INSERT INTO documents (public_id, title, category, access, state, created_by, published_at)
  SELECT pg_temp.public_id('document', n), 'Uchwała nr ' || n || ' w sprawie remontu', 'other', CASE WHEN n %% 3 = 0
  THEN 'units' ELSE 'residents' END, 'published', 'admin', now() - n * interval '1 hour'
  FROM generate_series(1, %(units)s / 2) n;

INSERT INTO stored_files (public_id, sha256, content_type, size, verdict)
  SELECT pg_temp.public_id('stored', n), sha256(n::text::bytea), 'application/pdf', 20000, 'clean'
  FROM generate_series(1, 50) n;

INSERT INTO document_versions (public_id, document_id, number, file_id, name, added_by, released_at)
  SELECT pg_temp.public_id('version', n), n, 1, 1 + n %% 50, 'uchwala.pdf', 'admin', now()
  FROM generate_series(1, %(units)s / 2) n;

INSERT INTO document_targets (document_id, kind, code) SELECT id, 'unit', (%(codes)s::text[])[1 + id %% %(units)s]
  FROM documents WHERE access = 'units';

INSERT INTO document_fetches (document_id, version_id, account_id, side, act, at)
  SELECT 1 + n %% 10, 1 + n %% 10, 1 + n %% %(units)s, 'resident', 'opened', now() - n * interval '1 minute'
  FROM generate_series(1, %(units)s * 2) n;

INSERT INTO registrations (public_id, form_key, digest, way, state, first_name, last_name, role, unit, email)
  SELECT pg_temp.public_id('registration', n), 'r' || n, sha256(n::text::bytea), 'form', CASE WHEN n %% 4 = 0 THEN
  'new' ELSE 'approved' END, 'Jan', 'Żak-' || n, 'owner', (%(codes)s::text[])[1 + n %% %(units)s], 'osoba' || n ||
  '@example.pl' FROM generate_series(1, %(units)s / 5) n;

INSERT INTO imports (public_id, file_name, size, sha256, status, revision, source, created_by, created_at, report)
  SELECT pg_temp.public_id('import', n), 'noc-' || n || '.zip', 9000000, sha256(n::text::bytea), 'published', n,
  'api', 'nocny import', now() - (301 - n) * interval '1 day', jsonb_build_object('status', 'published', 'sheets',
  jsonb_build_object('ledger', jsonb_build_object('rows', 1200000, 'added', 40000, 'changed', 0, 'withdrawn', 0,
  'unchanged', 1160000)), 'errors', '[]'::jsonb, 'warnings', '[]'::jsonb)
  FROM generate_series(1, 300) n;

UPDATE revisions SET import_id = imports.id FROM imports WHERE revision = number;

INSERT INTO mailouts (public_id, form_key, subject, body, audience, recipients, created_by, state)
  SELECT pg_temp.public_id('mailout', n), 'm' || n, 'Wysyłka ' || n, 'Treść', '{"all": true}', %(units)s, 'admin',
  'sending' FROM generate_series(1, 200) n;

INSERT INTO credential_batches (public_id, form_key, label, way, unopened, state, created_by, scope)
  SELECT pg_temp.public_id('batch', n), 'b' || n, 'Wszyscy', 'letter', false, 'done', 'admin', '{}'
  FROM generate_series(1, 3) n;

INSERT INTO credential_batch_people (batch_id, person_code, position, place, state)
  SELECT 1, 'P' || n, n, '01-1-001', 'issued' FROM generate_series(1, %(units)s) n;

INSERT INTO guard_decisions (public_id, subject, findings, reason, decided_by, decided_at)
  SELECT pg_temp.public_id('guard', n), 'announcement:x' || n, '[]', 'zgoda', 'admin', now() - n * interval '1 hour'
  FROM generate_series(1, 2000) n;

INSERT INTO personal_requests (public_id, form_key, account_id, kind, body, state, asked_at)
  SELECT pg_temp.public_id('personal', n), 'p' || n, n, 'correction', 'Zmiana nazwiska', CASE WHEN n %% 3 = 0 THEN
  'open' ELSE 'answered' END, now() - n * interval '1 hour' FROM generate_series(1, %(units)s / 20) n;

INSERT INTO audit_entries (at, actor_kind, actor, action, subject, detail)
  SELECT now() - n * interval '90 seconds', 'person', CASE n %% 7 WHEN 0 THEN 'admin' ELSE 'L' || lpad((n %%
  %(units)s)::text, 6, '0') END, (ARRAY['account.login','mailout.sent','books.taken','unit.seen'])[1 + n %% 4], 'L'
  || n %% %(units)s, '{}' FROM generate_series(1, %(units)s * 15) n;
