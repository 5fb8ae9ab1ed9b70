"""Tells django-tenants of our tenants and logs their residents in.

Reads `[{"schema", "host", "name", "logins": […]}]` from standard input, prints `{host: {login: cookie}}`.
"""

import json
import os
import sys

import django

SESSIONS = (
    "CREATE TABLE IF NOT EXISTS django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, "
    "expire_date timestamptz NOT NULL)",
    "CREATE INDEX IF NOT EXISTS django_session_expire_date ON django_session (expire_date)",
)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.db import connection
    from managers.models import Client, Domain

    with connection.schema_editor() as editor:
        editor.create_model(Client)
        editor.create_model(Domain)
    json.dump({each["host"]: _prepare(each) for each in json.load(sys.stdin)}, sys.stdout)


def _prepare(each):
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django_tenants.utils import schema_context
    from managers.models import Client, Domain
    from portal.models import Account

    client = Client.objects.create(schema_name=each["schema"], name=each["name"])
    Domain.objects.create(domain=each["host"], tenant=client, is_primary=True)
    cookies = {}
    with schema_context(each["schema"]):
        with connection.cursor() as cursor:
            for statement in SESSIONS:
                cursor.execute(statement)
        for account in Account.objects.filter(login__in=each["logins"]):
            session = SessionStore()
            session[SESSION_KEY] = str(account.pk)
            session[BACKEND_SESSION_KEY] = "portal.entering.Backend"
            session[HASH_SESSION_KEY] = account.get_session_auth_hash()
            session.set_expiry(86400)
            session.create()
            cookies[account.login] = session.session_key
    return cookies


if __name__ == "__main__":
    main()
