"""Our managers as django-tenants knows them: schema and domain."""
