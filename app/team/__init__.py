"""The manager's staff: invitations, roles, the buildings they are limited to, and leaving."""
