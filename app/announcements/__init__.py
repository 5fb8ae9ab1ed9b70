"""Ogłoszenia: what the manager tells residents in the portal, on the notice board and at the front door of the log-in.

An announcement is a draft until a person publishes it. Residents see one that is published, as long as they belong to
its audience; one that was taken back is gone for them at once.
"""
