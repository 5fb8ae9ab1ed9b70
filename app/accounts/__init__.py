"""Logins: accounts of residents and staff, passwords, sessions, links and codes that work once, roles.

Also what leads to a login and from it: the first steps, confirmed addresses, lock-outs, reasons and mends, leaving.
"""
