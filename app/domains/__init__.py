"""Domains of a manager's own: claimed, proved by a TXT record, switched on, and chosen for links."""
