"""Incoming mail: read from a mailbox or handed over, recognised by its address, given to the feature it is for."""
