"""Logins: accounts of residents and staff, passwords, sessions, links that work once, roles."""
