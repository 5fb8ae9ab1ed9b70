"""Tenants and domains, in the schema `public`."""

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class Client(TenantMixin):
    """A manager; its schema exists already."""

    name = models.TextField()
    auto_create_schema = False


class Domain(DomainMixin):
    """A host name of a manager."""
