"""The page /payments with the ORM, as few queries as it takes."""

import time

from django.db import connection
from django.db.models import Exists, F, Q, Sum
from django.http import HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.models import AccountUnit, LedgerEntry, Occupancy, Office, Revision, Unit
from portal.words import Due, account_number, in_order, with_balances
from portal.words import Unit as Shown

KEPT_SECONDS = 3.0
COLUMNS = ("booked_on", "kind", "account", "title", "document", "period", "debit", "credit")
_offices = {}


@never_cache
def payments(request):
    user = request.user
    if not user.is_authenticated:
        return HttpResponseRedirect("/login")
    today = timezone.localdate()
    unit = held_units(user, today)[0]
    as_of = Revision.objects.order_by("-number").values_list("as_of", flat=True).first()
    ledger = LedgerEntry.objects.filter(unit_code=unit.code, until_revision=None)
    accounts = in_order(
        ledger.values_list("account").annotate(grosze=Sum(F("debit") - F("credit"))).order_by("account")
    )
    balance = sum(account.grosze for account in accounts)
    due = (
        ledger.filter(debit__gt=0, due_on__gte=today)
        .values_list("due_on")
        .annotate(amount=Sum("debit"))
        .order_by("due_on")
        .first()
    )
    context = {
        "office": office(),
        "who": user.name,
        "unit": Shown(unit.code, f"{unit.building.street} {unit.building.number}/{unit.number}, {unit.building.city}"),
        "as_of": as_of,
        "balance": balance,
        "accounts": accounts,
        "due": Due(due[0], int(due[1])) if due else None,
        "entries": with_balances(ledger.order_by("-booked_on", "-entry").values_list(*COLUMNS)[:24], balance),
        "account_number": account_number(unit.account),
        "csrf": get_token(request),
    }
    return render(request, "page.html", context)


def held_units(user, today):
    given = AccountUnit.objects.filter(Q(until=None) | Q(until__gte=today), account_id=user.pk, since__lte=today)
    titles = Occupancy.objects.filter(
        Q(to_on=None) | Q(to_on__gte=today), person_code=user.person_code, until_revision=None, from_on__lte=today
    )
    nothing_given = ~Exists(AccountUnit.objects.filter(account_id=user.pk))
    return (
        Unit.objects.filter(
            Q(code__in=given.values("unit_code")) | (Q(code__in=titles.values("unit_code")) & nothing_given),
            until_revision=None,
            building__until_revision=None,
        )
        .select_related("building")
        .order_by("code")
    )


def office():
    schema = connection.schema_name
    kept = _offices.get(schema)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = _offices[schema] = (time.monotonic(), Office.objects.get(pk=1))
    return kept[1]
