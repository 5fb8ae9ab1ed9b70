"""Whose data it is: tenants, their schemas and roles, and the one door to the database.

Knows nothing about housing. Every transaction of the tenant engine belongs to exactly one tenant; without a
bound tenant there is no query, only an exception.
"""
