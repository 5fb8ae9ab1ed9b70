"""Bringing all managers' schemas to the newest revision, as operators see it: how far, who failed and why, go on.

The same run as `flask tenants migrate`; a worker does it, because web processes hold no owner's rights.
"""
