"""The manager's staff: invitations, roles, and the buildings they are limited to."""
