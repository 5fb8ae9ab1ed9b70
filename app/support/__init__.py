"""Support access: a manager's administrator lets the platform's operators look at the portal for a time."""
