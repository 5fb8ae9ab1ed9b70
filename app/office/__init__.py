"""The manager's own data: name, contact, colour, rules of its portal. One row a tenant, always there."""
