"""Which tenant, and who: the tenant of a host is looked up once a process, the visitor at each request."""

from django.contrib.auth.backends import BaseBackend
from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Concat
from django_tenants.middleware.main import TenantMainMiddleware

from portal.models import Account, Person

_tenants = {}


class RememberedTenants(TenantMainMiddleware):
    def get_tenant(self, domain_model, hostname):
        found = _tenants.get(hostname)
        if found is None:
            found = _tenants[hostname] = super().get_tenant(domain_model, hostname)
        return found


class Backend(BaseBackend):
    def get_user(self, user_id):
        person = Person.objects.filter(code=OuterRef("person_code"), until_revision=None)
        full = Concat("first_name", Value(" "), "last_name", output_field=TextField())
        name = Subquery(person.values(full=full)[:1])
        return Account.objects.filter(pk=user_id, status="active").annotate(name=name).first()
