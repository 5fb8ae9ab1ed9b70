"""Not run by Alembic: `tenants.migrating` renders each step once and runs it per tenant."""
