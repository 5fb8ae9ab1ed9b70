"""The floor: the same page, statements and template on psycopg and Jinja2 alone, without any framework.

Statements and tenants come as a JSON file named by TWIN: `{"statements": {name: sql}, "schemas": {host: schema}}`.
"""

import hashlib
import hmac
import json
import os
import threading
import time
from datetime import date
from types import SimpleNamespace
from urllib.parse import quote_plus

import psycopg
from jinja2 import FileSystemLoader
from portal.rendering import environment
from portal.words import Unit, account_number, standing_of

with open(os.environ["TWIN"]) as file:
    _given = json.load(file)
SQL = {name: statement.encode() for name, statement in _given["statements"].items()}
SCHEMAS = _given["schemas"]
HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = environment(
    loader=FileSystemLoader(os.path.join(HERE, "templates")), autoescape=True, auto_reload=False
).get_template("page.html")
KEPT_SECONDS = 3.0
_local = threading.local()
_offices, _hangs = {}, {}


def application(environ, start_response):
    host = environ["HTTP_HOST"]
    secret = environ["HTTP_COOKIE"].partition("osiedle=")[2].partition(";")[0]
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None, options="-c random_page_cost=1.1"
        )
    connection.pgconn.exec_(
        f'BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL search_path TO "{SCHEMAS[host]}", ext, pg_temp'.encode()
    )
    try:
        body = page(connection, host, secret).encode()
    finally:
        connection.pgconn.exec_(b"COMMIT")
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def page(connection, host, secret):
    digest = hashlib.sha256(secret.encode()).digest()
    visitor = connection.execute(SQL["visitor"], {"digest": digest}).fetchone()
    today = {"today": date.today()}  # noqa: DTZ011
    held = connection.execute(SQL["holdings"], {"account": visitor[1], "person": visitor[7], **today}).fetchall()
    code, street, building, number, city, account, _role, _lodges, since, as_of = held[0]
    rows = connection.execute(SQL["standing"], {"unit": code, "since": since, "person": visitor[7], **today}).fetchall()
    manager = office(connection, host)
    answers = connection.execute(SQL["answers"], {"me": visitor[1]}).fetchone()[0]
    if hangs(connection, host):
        raise NotImplementedError("nothing hangs in the books of the benchmark")
    return PAGE.render(
        office=manager,
        counts={"/messages": answers},
        who=visitor[8],
        unit=Unit(code, f"{street} {building}/{number}, {city}"),
        as_of=as_of,
        standing=standing_of(rows),
        account_number=account_number(account or manager.bank_account),
        query=f"?unit={quote_plus(code)}",
        csrf=hmac.new(b"key", digest, hashlib.sha256).hexdigest() * 2,
    )


def office(connection, host):
    kept = _offices.get(host)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        cursor = connection.execute(SQL["office"])
        found = dict(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))
        found["nightly_hour"] = found.pop("settings").get("nightly", {}).get("hour")
        kept = _offices[host] = (time.monotonic(), SimpleNamespace(**found))
    return kept[1]


def hangs(connection, host):
    """Whether there is anything new to anybody of a manager, remembered as long as ours."""
    kept = _hangs.get(host)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = _hangs[host] = (time.monotonic(), connection.execute(SQL["hangs"]).fetchone()[0])
    return kept[1]
