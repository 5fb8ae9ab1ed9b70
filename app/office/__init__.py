"""The manager's own data: name, contact, look, menu, texts in versions, and every group of its settings.

The profile is one row a tenant, always there, and brings all groups with it.
"""
