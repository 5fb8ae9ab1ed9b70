"""Incoming mail: read from a mailbox or handed over, recognised by its address, given to the feature it is for.

A letter comes to `PREFIX+TOKEN@MAIL_FROM_DOMAIN`. The prefix names the feature that takes it, the signed token the
manager and what it is about. Nothing else in a letter decides where it goes.
"""
