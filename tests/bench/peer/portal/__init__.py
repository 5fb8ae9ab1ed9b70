"""The resident page /payments on Django, reading the tables of our tenants."""
